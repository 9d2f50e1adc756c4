/** The address of a file to import in place of the TypeScript source at this path of the project. */
export function startable(path: string): Promise<string>
