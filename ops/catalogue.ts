import { catalogueText } from "../config/connectors/catalogue-table.ts";
import { checkoutCatalogue } from "../config/read.ts";
import { checkout } from "./lib/checkout.ts";

process.stdout.write(catalogueText(checkoutCatalogue(checkout)));
