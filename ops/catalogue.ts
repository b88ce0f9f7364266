import { catalogueText } from "../config/connectors/catalogue-table.ts";
import { checkoutCatalogue } from "../config/read.ts";
import { projectDirectory } from "./lib/project.ts";

process.stdout.write(catalogueText(checkoutCatalogue(projectDirectory)));
