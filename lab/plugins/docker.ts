/** The stand-in for the `docker` resource plugin. */
import { dockerPackage } from "./docker/package.ts";
import { serve } from "./provider-server.ts";

serve(dockerPackage());
