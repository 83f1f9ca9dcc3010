import { fileURLToPath } from 'node:url';

/** A program of Serval's own, started with this same Node.js. */
export interface Program {
  command: string[];
}

/** In a clone the packages' sources run directly, which needs the condition that leads to them; built files do not. */
export function programOf(specifier: string): Program {
  const file = fileURLToPath(import.meta.resolve(specifier));
  return { command: [process.execPath, ...(file.endsWith('.ts') ? ['-C', '@serval/source'] : []), file] };
}
