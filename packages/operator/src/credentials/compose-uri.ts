type Composed = { readonly uri: string } | { readonly problem: string };
type Compose = (text: (field: string) => string | undefined, path: string) => Composed;

/** Names of storage types that mean the same, of KServe and of ModelMesh. */
const sameTypes: Readonly<Record<string, string>> = { gcs: 'gs', https: 'http' };

/**
 * By type of the entry, the URI of a path in it. KServe has S3 and HDFS; the others are ModelMesh's types, with its fields.
 */
const byType: Readonly<Record<string, Compose>> = {
  s3: (text, path) => inBucket('s3', text('bucket') ?? text('default_bucket'), path),
  gs: (text, path) => inBucket('gs', text('bucket') ?? text('default_bucket'), path),
  hdfs: (_, path) => ({ uri: `hdfs://${path}` }),
  webhdfs: (_, path) => ({ uri: `webhdfs://${path}` }),
  azure(text, path) {
    const account = text('account_name') ?? /(?:^|;)AccountName=([^;]+)/i.exec(text('connection_string') ?? '')?.[1];
    const container = text('container') ?? text('bucket');
    if (!account) return { problem: 'type azure requires the field account_name, or AccountName in connection_string' };
    if (!container) return { problem: 'type azure requires the field container, in the entry or in the parameters' };
    return { uri: `https://${account}.blob.core.windows.net/${container}/${path}` };
  },
  http(text, path) {
    const url = text('url');
    if (!url || !/^https?:\/\/[^/]/i.test(url))
      return { problem: 'type http requires the field url: http(s)://HOST/…' };
    return { uri: `${url.replace(/\/+$/, '')}/${path}` };
  },
  pvc(text, path) {
    const name = text('name');
    return name ? { uri: `pvc://${name}/${path}` } : { problem: 'type pvc requires the field name, of the claim' };
  },
};

/** @param fields  of the entry, with the service's parameters over them. Values are never part of a problem. */
export function composeUri(type: string, fields: Readonly<Record<string, unknown>>, path: string): Composed {
  const compose = Object.hasOwn(byType, canonical(type)) ? byType[canonical(type)] : undefined;
  if (!compose) {
    return { problem: `its type is unknown; known are ${Object.keys(byType).join(', ')}, and gcs, https` };
  }
  const text = (field: string) => {
    const value = fields[field];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  return compose(text, path);
}

/** The type of entry that a URI's scheme asks for. */
export function typeOfUri(uri: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  return scheme === undefined ? undefined : Object.hasOwn(byType, canonical(scheme)) ? scheme : undefined;
}

function canonical(type: string): string {
  return sameTypes[type] ?? type;
}

function inBucket(scheme: string, bucket: string | undefined, path: string): Composed {
  if (bucket) return { uri: `${scheme}://${bucket}/${path}` };
  return { problem: `type ${scheme} requires a bucket: the field bucket of the entry, or parameters.bucket` };
}
