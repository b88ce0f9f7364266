/** The stand-in for the `command` resource plugin. */
import { commandPackage } from "./command/package.ts";
import { serve } from "./provider-server.ts";

serve(commandPackage);
