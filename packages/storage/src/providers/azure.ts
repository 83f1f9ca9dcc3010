import { azureLocationFrom } from '../azure/location.ts';
import type { Provider } from '../provider.ts';

/**
 * Azure Storage: `https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX`, the same as `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX`, and
 * `https://ACCOUNT.file.core.windows.net/SHARE/PATH`, in all clouds. Prefixes take whole segments only.
 */
export const azureProvider: Provider = {
  async *list(uri, options, signal) {
    const { service } = azureLocationFrom(uri, options.environment);
    yield* (await serviceOf(service)).list(uri, options, signal);
  },

  async read(file, range, options, signal) {
    const { location } = file.handle as { location: { service: 'blob' | 'file' } };
    return (await serviceOf(location.service)).read(file, range, options, signal);
  },
};

async function serviceOf(service: 'blob' | 'file'): Promise<Pick<Provider, 'list' | 'read'>> {
  return service === 'blob'
    ? (await import('../azure/blobs.ts')).azureBlobs
    : (await import('../azure/files.ts')).azureFiles;
}
