import { constants, createReadStream } from 'node:fs';
import { access, copyFile, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { StorageError } from '../errors.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';

/** Where a claim is mounted in the initializer's container, unless `PVC_MOUNT_DIRECTORY` says otherwise (KServe's path). */
const PVC_MOUNT_DIRECTORY = '/mnt/pvc';

/** `file:///path`, `pvc://claim/path` and plain absolute paths: one file, or everything below a directory. */
export const fileProvider: Provider = {
  async *list(uri, options, signal) {
    const path = localPathFrom(uri, options);
    const root = await realpath(path).catch((cause) => {
      throw sourceError(cause, path);
    });
    const info = await stat(root);
    if (info.isFile()) {
      yield { ...(await remoteFile(root, basename(path))), named: true };
      return;
    }
    let count = 0;
    for await (const [file, name] of walk(root, root, '', new Set([root]))) {
      signal.throwIfAborted();
      count++;
      yield await remoteFile(file, name);
    }
    if (count === 0) throw new StorageError('ObjectNotFound', `no file under directory ${path}`, { details: { path } });
  },

  async read(file, { start, end }, _options, signal) {
    const path = file.handle as string;
    const handle = await open(path).catch((cause) => {
      throw sourceError(cause, path);
    });
    const now = await handle.stat();
    if (versionOf(now) !== file.version) {
      await handle.close();
      throw changed(path);
    }
    if (end === start) {
      await handle.close();
      return { body: (await import('node:stream')).Readable.from([]) };
    }
    return {
      body: createReadStream(path, { fd: handle, start, end: end === undefined ? undefined : end - 1, signal }),
    };
  },

  localPath: (file) => file.handle as string,

  async copy(file, path) {
    const source = file.handle as string;
    // A reflink where the file system has them, else the kernel's copy; links would let later writes change the model.
    await copyFile(source, path, constants.COPYFILE_FICLONE).catch(async (error) => {
      await access(source, constants.R_OK).catch((cause) => {
        throw sourceError(cause, source);
      });
      throw error; // about the target
    });
    const now = await stat(source).catch((cause) => {
      throw sourceError(cause, source);
    });
    if (versionOf(now) !== file.version) throw changed(source);
  },
};

async function* walk(
  root: string,
  directory: string,
  prefix: string,
  above: Set<string>,
): AsyncGenerator<[string, string]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause) => {
    throw sourceError(cause, directory);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // `..data` and `..2024_…` are the bookkeeping of ConfigMap and Secret volumes; the files beside them lead there.
    // `.serval-…` belongs to the download that filled this directory.
    if (entry.name.startsWith('..') || entry.name.startsWith('.serval-')) continue;
    const name = prefix + entry.name;
    let path = join(directory, entry.name);
    let info: { isFile(): boolean; isDirectory(): boolean } = entry;
    if (entry.isSymbolicLink()) {
      path = await realpath(path).catch((cause) => {
        throw new StorageError('UnsafeName', `symbolic link "${name}" in ${root} leads nowhere`, {
          cause,
          details: { name },
        });
      });
      if (!path.startsWith(root + sep)) {
        throw new StorageError('UnsafeName', `symbolic link "${name}" leads out of ${root}`, {
          details: { name, root },
        });
      }
      info = await stat(path);
    }
    if (info.isFile()) yield [path, name];
    else if (info.isDirectory()) {
      if (above.has(path)) {
        throw new StorageError('UnsafeName', `symbolic link "${name}" in ${root} leads back above itself`, {
          details: { name },
        });
      }
      yield* walk(root, path, `${name}/`, new Set([...above, path]));
    } else {
      throw new StorageError('UnsafeName', `"${name}" in ${root} is neither file nor directory`, { details: { name } });
    }
  }
}

async function remoteFile(path: string, name: string): Promise<RemoteFile> {
  const info = await stat(path);
  return { name, source: path, sizeBytes: info.size, version: versionOf(info), rangeable: true, handle: path };
}

function versionOf(info: { size: number; mtimeMs: number; ino: number }): string {
  return `${info.size}-${info.mtimeMs}-${info.ino}`;
}

function localPathFrom(uri: string, { environment }: ProviderOptions): string {
  if (uri.startsWith('/')) return uri;
  const scheme = uri.slice(0, uri.indexOf(':'));
  const rest = decoded(uri.slice(scheme.length + 1).replace(/^\/\//, ''), uri);
  if (scheme === 'pvc') {
    const [claim, ...path] = rest.split('/');
    if (!claim || path.includes('..')) {
      throw new StorageError('InvalidUri', `"${uri}" names no path in a claim`, { hint: 'write pvc://CLAIM/PATH' });
    }
    return join(environment['PVC_MOUNT_DIRECTORY'] || PVC_MOUNT_DIRECTORY, ...path);
  }
  const path = rest.replace(/^localhost\//, '/');
  if (!path.startsWith('/')) {
    throw new StorageError('InvalidUri', `"${uri}" has no absolute path`, {
      hint: 'write file:///PATH, with three slashes',
    });
  }
  return path;
}

function decoded(path: string, uri: string): string {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path;
  } catch (cause) {
    throw new StorageError('InvalidUri', `"${uri}" has a malformed percent escape`, { cause, hint: 'write % as %25' });
  }
}

function changed(path: string): StorageError {
  return new StorageError('SourceChanged', `${path} changed while it was copied`, {
    transient: true,
    details: { path },
  });
}

function sourceError(cause: NodeJS.ErrnoException, path: string): StorageError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new StorageError('ObjectNotFound', `no file or directory ${path}`, { cause, details: { path } });
  }
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return new StorageError('AccessDenied', `not allowed to read ${path}`, {
      cause,
      details: { path },
      hint: 'check its mode and the user the initializer runs as',
    });
  }
  return new StorageError('SourceUnavailable', `cannot read ${path}: ${cause.message}`, { cause, details: { path } });
}
