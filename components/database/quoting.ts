/** Text and names as SQL has them. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;
