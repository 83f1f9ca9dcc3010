import type { Client } from './client.ts';
import { createClient } from './create-client.ts';

/**
 * A client that asks for the metadata of objects only (`PartialObjectMetadata`). A server that does not know how answers
 * with whole objects. For reading; what it writes is answered as metadata too.
 */
export function createMetadataClient(client: Client, fieldManager: string): Client {
  const form = 'g=meta.k8s.io;v=v1,application/json';
  const accept = (isList: boolean) => `application/json;as=PartialObjectMetadata${isList ? 'List' : ''};${form}`;
  return createClient({
    fieldManager,
    transport: (request) => {
      const isWatch = /[?&]watch=true/.test(request.path);
      // A list has a limit in its query; see `listAll`.
      const isList = request.method === 'GET' && !isWatch && /[?&]limit=/.test(request.path);
      return client.request({ ...request, headers: { ...request.headers, accept: accept(isList) } });
    },
  });
}
