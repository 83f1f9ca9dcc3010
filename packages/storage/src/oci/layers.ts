import { createReadStream } from 'node:fs';
import type { ArchiveEntry, ArchiveReadOptions } from '../archive/entry.ts';
import { tarEntries } from '../archive/tar.ts';
import { StorageError } from '../errors.ts';
import { createOverlay } from './overlay.ts';
import { createSubtree } from './subtree.ts';

/** A layer on disk, whole, its digest checked. */
export interface LayerFile {
  path: string;
  sizeBytes: number;
  /** The blob is this file, not an archive. */
  fileName: string | undefined;
}

export interface LayersOptions extends ArchiveReadOptions {
  /** Folder that is the model, without slashes around it; empty for everything. */
  folder: string;
  /** Whether layers may take away what earlier ones brought (`.wh.…`), as those of images do. */
  whiteouts: boolean;
}

/**
 * What is left when layers are laid over each other in order (OCI image specification, "Image Layer Filesystem Changeset"). They are read
 * from the last to the first, so that each file is written once, or not at all. Hard links keep the content that their target had in
 * their own layer, also when a later layer replaces the target.
 * @throws StorageError ObjectNotFound when the folder has no file; ArchiveInvalid, UnsafeName, LimitExceeded, NoSpace
 */
export async function* layerEntries(
  layers: readonly LayerFile[],
  options: LayersOptions,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const overlay = createOverlay(options.whiteouts);
  const subtree = createSubtree(options.folder, options.source);
  /** Hard links whose target a later layer hides: names by target, by the place of their layer. */
  const broken = new Map<number, Map<string, string[]>>();
  let files = 0;
  for (let place = layers.length - 1; place >= 0; place--) {
    for await (const entry of entriesOf(layers[place]!, options)) {
      if (!overlay.takes(entry)) continue;
      const target = entry.type === 'hardlink' ? linkTargetOf(entry, options) : undefined;
      const inside = subtree.inside(entry);
      if (!inside) continue;
      if (entry.type !== 'directory') files++;
      if (target !== undefined && overlay.hides(target)) {
        const links = broken.get(place) ?? new Map<string, string[]>();
        links.set(target, [...(links.get(target) ?? []), entry.name]);
        broken.set(place, links);
      } else yield inside;
    }
    overlay.descend();
  }
  for (const [place, links] of broken) yield* restoredLinks(layers.slice(0, place + 1), links, options);
  if (files === 0) throw subtree.nothing();
}

/**
 * Hidden files, under the names of the links to them. A target that is a link itself is followed to where it leads in its own layer.
 * @param passed  links that were followed in the last of these layers, against circles
 */
async function* restoredLinks(
  layers: readonly LayerFile[],
  links: Map<string, string[]>,
  options: LayersOptions,
  passed: ReadonlySet<string> = new Set(),
): AsyncGenerator<ArchiveEntry> {
  const overlay = createOverlay(options.whiteouts);
  const subtree = createSubtree(options.folder, options.source);
  for (let place = layers.length - 1; place >= 0; place--) {
    const followed = new Set(place === layers.length - 1 ? passed : []);
    const further = new Map<string, string[]>();
    for await (const entry of entriesOf(layers[place]!, options)) {
      const names = overlay.takes(entry) ? links.get(entry.name) : undefined;
      if (!names) continue;
      if (entry.type === 'hardlink' && !followed.has(entry.name)) {
        followed.add(entry.name);
        links.delete(entry.name);
        const target = linkTargetOf(entry, options);
        further.set(target, [...(further.get(target) ?? []), ...names]);
      }
      if (entry.type !== 'file') continue;
      links.delete(entry.name);
      const [first, ...others] = names;
      yield subtree.inside({ ...entry, name: first! })!;
      for (const name of others) {
        yield subtree.inside({ ...entry, name, type: 'hardlink', sizeBytes: 0, linkName: first!, body: none() })!;
      }
    }
    if (further.size > 0) yield* restoredLinks(layers.slice(0, place + 1), further, options, followed);
    overlay.descend();
    if (links.size === 0) return;
  }
  const [[target, names]] = [...links] as [[string, string[]]];
  throw new StorageError(
    'UnsafeName',
    `hard link "${names[0]}" to "${target}" in ${options.source} leads to something the image does not have as a file`,
    { hint: 'nothing of this source was kept', details: { name: names[0], source: options.source } },
  );
}

async function* entriesOf(
  { path, sizeBytes, fileName }: LayerFile,
  options: LayersOptions,
): AsyncGenerator<ArchiveEntry> {
  const stream = createReadStream(path, { highWaterMark: READ_BYTES, signal: options.signal });
  if (fileName !== undefined) {
    options.limiter.entry();
    options.limiter.read(sizeBytes);
    options.limiter.expanded(sizeBytes);
    yield { name: fileName, type: 'file', sizeBytes, mode: 0o644, linkName: undefined, body: stream };
    stream.destroy();
    return;
  }
  for await (const entry of tarEntries(stream, { ...options, lenientEnd: true })) {
    // Some builders write names from the root of the image.
    yield options.whiteouts ? { ...entry, name: entry.name.replace(/^\/+/, '') } : entry;
  }
}

/** Named from the root of the image, as entries are. */
function linkTargetOf({ linkName }: ArchiveEntry, { whiteouts }: LayersOptions): string {
  const name = linkName!.replace(/^(\.\/)+/, '');
  return whiteouts ? name.replace(/^\/+/, '') : name;
}

async function* none(): AsyncGenerator<Buffer> {}

const READ_BYTES = 256 * 1024;
