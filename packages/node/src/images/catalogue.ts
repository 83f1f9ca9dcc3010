import { NodeError } from '../errors.ts';

/** What runs for an image: the entrypoint's words, and environment variables that the image would bring. */
export interface ImageCommand {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** Maps a container's image to a local command. `undefined`: the image cannot be run here. */
export interface ImageCatalogue {
  resolve(image: string): ImageCommand | undefined;
}

/** One entry of `images.yaml`. */
export interface ImageEntry {
  /**
   * `serval/NAME`: that image under any registry prefix, any tag or digest. Otherwise the image as written, where a
   * match without tag takes any tag; a trailing `*` takes every image that starts so.
   */
  match: string;
  command: string[];
  env?: Record<string, string>;
}

/** The first entry that matches wins, so a user's entries go before the built-in ones. */
export function createImageCatalogue(entries: readonly ImageEntry[]): ImageCatalogue {
  const compiled = entries.map(({ match, command, env }) => ({ matches: matcherOf(match), command, env: env ?? {} }));
  return {
    resolve(image) {
      const found = compiled.find(({ matches }) => matches(image));
      return found && { command: found.command, env: found.env };
    },
  };
}

function matcherOf(match: string): (image: string) => boolean {
  if (match.endsWith('*')) {
    const prefix = match.slice(0, -1);
    return (image) => image.startsWith(prefix);
  }
  if (/^serval\/[^:@]+$/.test(match)) {
    return (image) => {
      const repository = repositoryOf(image);
      return repository === match || repository.endsWith(`/${match}`);
    };
  }
  if (repositoryOf(match) !== match) return (image) => image === match;
  return (image) => repositoryOf(image) === match;
}

/** The image without tag and digest: `r.example:5000/a/b:1@sha256:…` ▶ `r.example:5000/a/b`. */
export function repositoryOf(image: string): string {
  const bare = image.split('@', 1)[0] ?? '';
  const colon = bare.lastIndexOf(':');
  return colon > bare.lastIndexOf('/') ? bare.slice(0, colon) : bare;
}

/**
 * Entries from parsed YAML: a list of `{match, command, env?}`.
 * @param source  named in errors: the file's path
 * @throws NodeError `InvalidImageCatalogue` with every fault found
 */
export function parseImageEntries(value: unknown, source: string): ImageEntry[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw invalid(source, [`expected a list of {match, command, env}, got ${typeName(value)}`]);
  }
  const faults: string[] = [];
  const entries = value.map((entry, index) => parseEntry(entry, `[${index}]`, faults));
  if (faults.length > 0) throw invalid(source, faults);
  return entries;
}

function parseEntry(value: unknown, at: string, faults: string[]): ImageEntry {
  const entry: ImageEntry = { match: '', command: [] };
  if (!isRecord(value)) {
    faults.push(`${at}: expected {match, command, env}, got ${typeName(value)}`);
    return entry;
  }
  for (const field of Object.keys(value)) {
    if (!['match', 'command', 'env'].includes(field)) {
      faults.push(`${at}.${field}: unknown field; known are match, command, env`);
    }
  }
  if (typeof value.match === 'string' && value.match !== '' && value.match !== '*') entry.match = value.match;
  else faults.push(`${at}.match: expected the name of an image, got ${JSON.stringify(value.match)}`);
  if (isStringList(value.command) && value.command.length > 0) entry.command = value.command;
  else
    faults.push(
      `${at}.command: expected a list of strings with at least the program, got ${JSON.stringify(value.command)}`,
    );
  if (value.env !== undefined) {
    if (isRecord(value.env) && Object.values(value.env).every((v) => typeof v === 'string')) {
      entry.env = value.env as Record<string, string>;
    } else faults.push(`${at}.env: expected a map of strings (quote numbers and booleans)`);
  }
  return entry;
}

function invalid(source: string, faults: string[]): NodeError {
  return new NodeError('InvalidImageCatalogue', `${source} is not valid: ${faults.join('; ')}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
}
