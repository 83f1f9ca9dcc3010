import { createHash } from 'node:crypto';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import type { ArchiveEntry, ArchiveReadOptions } from './entry.ts';
import { archiveFormatOf } from './format.ts';

/** Files of a source that are fetched to be unpacked: one archive, or layers that make up one tree. */
export interface Pack {
  files: readonly RemoteFile[];
  /** Stands for all of them in the manifest. */
  identity: Pick<RemoteFile, 'name' | 'source' | 'sizeBytes' | 'version'>;
  /** Only a part of what is in them may be written. */
  partly: boolean;
  entries(
    parts: readonly { file: RemoteFile; path: string }[],
    provider: Provider,
    options: ProviderOptions,
    read: ArchiveReadOptions,
  ): AsyncIterable<ArchiveEntry>;
}

/** `undefined` where the files of a source are the model. */
export function packIn(files: readonly RemoteFile[], provider: Provider, extractArchives: boolean): Pack | undefined {
  const [file, ...others] = files;
  if (!file) return undefined;
  if (file.packed) {
    return {
      files,
      identity: identityOf(files),
      partly: true,
      entries: (parts, { unpack }, options, read) => unpack!(parts, options, read),
    };
  }
  if (others.length > 0 || !extractArchives || provider.keepsArchives) return undefined;
  const format = archiveFormatOf(file.name) ?? file.archiveFormat;
  return (
    format && {
      files,
      identity: file,
      partly: false,
      async *entries([part], _provider, _options, read) {
        const { archiveEntries } = await import('./archive-entries.ts');
        yield* archiveEntries(part!.path, format, read);
      },
    }
  );
}

function identityOf(files: readonly RemoteFile[]): Pack['identity'] {
  const versions = files.map(({ name, version }) => [name, version]);
  const known = files.every(({ version, sizeBytes }) => version !== undefined && sizeBytes !== undefined);
  return {
    name: 'layers',
    source: files[0]!.source.replace(/@[^@]*$/, ''),
    sizeBytes: known ? files.reduce((sum, { sizeBytes }) => sum + sizeBytes!, 0) : undefined,
    version: known ? createHash('sha256').update(JSON.stringify(versions)).digest('hex') : undefined,
  };
}
