import { createHash } from 'node:crypto';
import { versionInfo } from '../http/version.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';
import { definitionsOf } from './definitions.ts';
import { pathsOf, styleV3 } from './paths.ts';

/** `/openapi/v3`: where the document of each group and version is, with a hash that changes with its content. */
export function documentIndex(catalogue: Catalogue, hashOf: (resource: ServedResource) => string) {
  const versions = new Map<string, ServedResource[]>();
  for (const resource of catalogue.all()) {
    const path = `${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}`;
    versions.set(path, [...(versions.get(path) ?? []), resource]);
  }
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const [path, resources] of [...versions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const hash = createHash('sha256').update(resources.map(hashOf).join()).digest('hex').toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}

/** The document of one group and version, such as `apis/apps/v1`; `undefined` when nothing is served there. */
export function documentV3(catalogue: Catalogue, path: string) {
  const resources = catalogue
    .all()
    .filter((resource) => `${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}` === path);
  if (resources.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: versionInfo.gitVersion },
    paths: pathsOf(resources, styleV3),
    components: { schemas: definitionsOf(resources, styleV3.refPrefix) },
  };
}

/** Hashes of resources; a custom schema is hashed once. */
export function createHasher(): (resource: ServedResource) => string {
  const known = new WeakMap<ServedResource, string>();
  return (resource) => {
    let hash = known.get(resource);
    if (hash === undefined) {
      const { custom, kind, plural, statusSubresource, namespaced } = resource;
      const schema = custom ? resource.schema() : versionInfo.gitVersion;
      const text = JSON.stringify([kind, plural, statusSubresource, namespaced, schema]);
      hash = createHash('sha256').update(text).digest('base64url');
      known.set(resource, hash);
    }
    return hash;
  };
}
