import { Readable } from 'node:stream';
import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { contentLengthFrom, sourceChanged } from '../http/content.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { redactUri } from '../redact.ts';
import { fileChecksum } from '../webhdfs/checksum.ts';
import { type FileStatus, fileStatus, filesBelow } from '../webhdfs/listing.ts';
import { locate } from '../webhdfs/location.ts';
import { type WebHdfs, webHdfsRequest } from '../webhdfs/request.ts';

interface Handle {
  path: string;
  hdfs: WebHdfs;
  status: FileStatus;
}

/** `hdfs://PATH` and `webhdfs://PATH` over WebHDFS: that file, or everything below that directory. */
export const webHdfsProvider: Provider = {
  async *list(uri, options, signal) {
    const { hdfs, path } = await locate(uri, options, signal);
    const source = redactUri(uri);
    const status = await fileStatus(path || '/', source, hdfs, options, signal);
    if (status.type === 'FILE') {
      yield { ...remoteFile(path.slice(path.lastIndexOf('/') + 1), { path, hdfs, status }), named: true };
      return;
    }
    let count = 0;
    for await (const [name, each] of filesBelow(path, source, hdfs, options, signal)) {
      count++;
      yield remoteFile(name, { path: `${path}/${name}`, hdfs, status: each });
    }
    if (count === 0)
      throw new StorageError('ObjectNotFound', `no file under directory ${source}`, { details: { path } });
  },

  async read(file, { start, end = file.sizeBytes! }, options, signal) {
    const { path, hdfs, status } = file.handle as Handle;
    const { source } = file;
    const digest = start === 0 ? await fileChecksum({ path, source, status }, hdfs, options, signal) : undefined;
    const body = start === end ? Readable.from([]) : await open(file, start, end, options, signal);
    try {
      // A data node holds on to the file that it opened. If the name is still the same file now, it was then:
      // a file that is written anew has another id and time.
      if (versionOf(await fileStatus(path, source, hdfs, options, signal)) !== file.version) {
        throw sourceChanged(source, 'its id, length or modification time is another');
      }
    } catch (error) {
      body.on('error', () => {}).destroy();
      throw error;
    }
    return { body, ...(digest ? { digest } : {}) };
  },
};

async function open(
  file: RemoteFile,
  start: number,
  end: number,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Readable> {
  const { path, hdfs } = file.handle as Handle;
  const whole = start === 0 && end === file.sizeBytes;
  const parameters: Record<string, string> = whole ? {} : { offset: String(start), length: String(end - start) };
  const response = await webHdfsRequest({ op: 'OPEN', path, parameters, source: file.source }, hdfs, options, signal);
  const length = contentLengthFrom(response.headers);
  if (length === undefined || length === end - start) return response.body;
  discardBody(response);
  throw sourceChanged(file.source, `${length} bytes came for bytes ${start}-${end - 1}`);
}

function remoteFile(name: string, handle: Handle): RemoteFile {
  const { path, status } = handle;
  return {
    name,
    source: `hdfs://${path.slice(1)}`,
    sizeBytes: status.length,
    version: versionOf(status),
    rangeable: true,
    handle,
  };
}

function versionOf({ length, modificationTime, fileId }: FileStatus): string {
  return `${modificationTime}-${length}-${fileId}`;
}
