/** The stand-in for the `random` resource plugin. */
import { serve } from "./provider-server.ts";
import { randomPackage } from "./random/package.ts";

serve(randomPackage);
