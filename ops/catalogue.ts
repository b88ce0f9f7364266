import { resolve } from "node:path";
import { readCatalogue } from "../config/connectors/catalogue.ts";
import { catalogueText } from "../config/connectors/catalogue-table.ts";

process.stdout.write(catalogueText(readCatalogue(resolve("mcp-connectors"))));
