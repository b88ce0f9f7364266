import { resolve } from "node:path";
import { readCatalogue } from "../components/connectors/catalogue.ts";
import { catalogueText } from "../components/connectors/catalogue-table.ts";

process.stdout.write(catalogueText(readCatalogue(resolve("mcp-connectors"))));
