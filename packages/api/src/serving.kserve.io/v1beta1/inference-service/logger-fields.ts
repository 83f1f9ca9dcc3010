import { Type } from 'typebox';
import { stringMap } from '../../../schema/fields.ts';

export const loggerModes = ['all', 'request', 'response'] as const;

/** Fields that a place in an object store has, for models and for logs. */
export const storageSpecFields = {
  key: Type.Optional(
    Type.String({ description: 'Entry of the storage Secret that holds address and credentials of the store.' }),
  ),
  path: Type.Optional(Type.String({ description: 'Path inside that store.' })),
  parameters: Type.Optional(
    stringMap({
      description: 'Settings of the entry to override, such as type or bucket; or all of them, without a key.',
    }),
  ),
};

export const loggerSchema = Type.Object(
  {
    url: Type.Optional(
      Type.String({ description: 'Where CloudEvents are posted to. Default: the address of the configuration.' }),
    ),
    mode: Type.Optional(
      Type.Enum([...loggerModes], {
        type: 'string',
        description: 'What is reported: all (both), request or response.',
      }),
    ),
    metadataHeaders: Type.Optional(
      Type.Array(Type.String(), { description: 'Names of request headers that events carry along.' }),
    ),
    metadataAnnotations: Type.Optional(
      Type.Array(Type.String(), { description: 'Names of annotations of the service that events carry along.' }),
    ),
    storage: Type.Optional(
      Type.Object(
        {
          ...storageSpecFields,
          serviceAccountName: Type.Optional(
            Type.String({ description: 'ServiceAccount whose Secrets hold the credentials.' }),
          ),
        },
        { description: 'An object store that events are written to; needs key, path and parameters.' },
      ),
    ),
    marshallerUrl: Type.Optional(
      Type.String({ description: 'A service that turns events into what is stored. Default: JSON, made on the spot.' }),
    ),
    batchSize: Type.Optional(Type.Integer({ description: 'Events per stored object. Default 1.' })),
    batchInterval: Type.Optional(
      Type.String({ description: 'Longest wait for a batch to fill, such as 5s. Default 0: no limit.' }),
    ),
  },
  { description: 'Reports requests and responses.' },
);

export const batcherSchema = Type.Object(
  {
    maxBatchSize: Type.Optional(Type.Integer({ description: 'Most instances in a batch. Default 32.' })),
    maxLatency: Type.Optional(
      Type.Integer({ description: 'Milliseconds after which a batch is sent though it is not full. Default 50.' }),
    ),
    timeout: Type.Optional(Type.Integer({ description: 'Seconds that a batch may take. Default 60.' })),
  },
  { description: 'Joins requests that arrive together into batches.' },
);
