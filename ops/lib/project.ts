/**
 * The Pulumi project's directory: where a command of it is started, as Pulumi starts the program.
 * Not this file's checkout: a benchmark's project has links to the program and a lock of its own.
 */
export const projectDirectory = process.cwd();
