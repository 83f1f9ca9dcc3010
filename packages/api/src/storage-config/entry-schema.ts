import type { Json } from '@serval/kube/objects';
import type { Static } from 'typebox';
import { storageConfigForms } from './forms.ts';

type Forms = typeof storageConfigForms;
export type StorageType = keyof Forms;

/** One entry of the Secret `storage-config`: the JSON object under one of its keys. Fields that are not known are kept. */
export type StorageConfigEntry = {
  [Type in StorageType]: { type?: Type } & Static<Forms[Type]> & { [field: string]: unknown };
}[StorageType];

/**
 * JSON Schema (draft 7) of one entry. Fields that it does not know are allowed, as readers take what they know and pass the rest on; so
 * is an entry without a type, which the key `default_s3` or the service's own parameters may give.
 *
 * For editors and documents: `storage`, which must install without a schema library, reads entries by code of its own.
 */
export const storageConfigEntrySchema: Record<string, Json> = {
  title: 'An entry of the Secret storage-config',
  description:
    'How to reach one object storage. The Secret holds one such JSON object, as text, under each of its keys.',
  type: 'object',
  properties: {
    type: {
      description: 'Kind of storage. Default: what the key says (default_s3), or the parameters of the service.',
      type: 'string',
      enum: Object.keys(storageConfigForms),
    },
  },
  allOf: [...Map.groupBy(Object.entries(storageConfigForms), ([, form]) => form)].map(([form, named]) => ({
    if: { properties: { type: { enum: named.map(([type]) => type) } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword's name
    then: { properties: plain(form).properties as Json },
  })),
};

/** Without the notes that TypeBox keeps in schemas. */
function plain(schema: object): { [keyword: string]: Json } {
  return JSON.parse(JSON.stringify(schema)) as { [keyword: string]: Json };
}
