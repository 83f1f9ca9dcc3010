import { createHash } from 'node:crypto';
import type { ApiResponse } from '@serval/kube/client';
import { bytesAnswer, jsonAnswer } from '../http/answer.ts';
import { isJson, parseAccept } from '../http/negotiate.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { apiVersionOf } from '../registry/served-resource.ts';
import { aggregatedDiscovery } from './aggregated.ts';
import { groupsOf } from './groups.ts';
import { resourceList } from './resource-list.ts';

/** `/api`, `/apis` and below, or `undefined` for other paths. */
export function answerDiscovery(
  catalogue: Catalogue,
  pathname: string,
  accept: string | undefined,
): ApiResponse | undefined {
  const path = pathname.replace(/\/+$/, '');
  const resources = catalogue.all();
  if (path === '') return jsonAnswer(200, { paths: rootPaths(catalogue) });
  if (path === '/api' || path === '/apis') {
    const version = aggregatedVersion(accept);
    if (version) return aggregated(catalogue, path === '/api' ? 'api' : 'apis', version);
    if (path === '/api') return jsonAnswer(200, coreVersions);
    return jsonAnswer(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(resources).map(groupDocument) });
  }
  if (path === '/api/v1') return jsonAnswer(200, resourceList('v1', resources));
  const [, root, group, version, ...rest] = path.split('/');
  if (root !== 'apis' || rest.length > 0) return undefined;
  const found = groupsOf(resources).find((candidate) => candidate.group === group);
  if (!found) return undefined;
  if (version === undefined) return jsonAnswer(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) });
  return found.versions.includes(version) ? jsonAnswer(200, resourceList(`${group}/${version}`, resources)) : undefined;
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [] as unknown[],
};

function groupDocument({ group, versions }: { group: string; versions: string[] }) {
  const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: all, preferredVersion: all[0] };
}

/** The form a client asks for first. Parameters must fit exactly: a client of v2beta1 cannot read v2. */
function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const range of parseAccept(accept)) {
    if (!isJson(range)) continue;
    const { as, g, v } = range.parameters;
    if (as === undefined) return undefined;
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1')) return v;
  }
  return undefined;
}

function aggregated(catalogue: Catalogue, root: 'api' | 'apis', version: 'v2' | 'v2beta1'): ApiResponse {
  const bytes = Buffer.from(JSON.stringify(aggregatedDiscovery(root, catalogue.all(), version)));
  const etag = createHash('sha256').update(bytes).digest('hex').toUpperCase();
  return bytesAnswer(200, `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`, bytes, {
    etag: `"${etag}"`,
    vary: 'Accept',
  });
}

function rootPaths(catalogue: Catalogue): string[] {
  const versions = new Set(catalogue.all().map((resource) => apiVersionOf(resource)));
  const groups = groupsOf(catalogue.all()).map(({ group }) => `/apis/${group}`);
  const named = [...versions].filter((version) => version.includes('/')).map((version) => `/apis/${version}`);
  return [
    '/api',
    '/api/v1',
    '/apis',
    ...groups,
    ...named,
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ].sort();
}
