import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';
import { definitionName } from './definitions.ts';

interface Parameter {
  name: string;
  in: 'query' | 'path' | 'body';
  required?: boolean;
  description?: string;
  type?: string;
  schema?: object;
}
interface Operation {
  operationId: string;
  parameters: Parameter[];
  responses: object;
  requestBody?: object;
  consumes?: string[];
  produces?: string[];
  'x-kubernetes-action': string;
  'x-kubernetes-group-version-kind': { group: string; version: string; kind: string };
}
export type PathItem = Partial<Record<'get' | 'put' | 'post' | 'delete' | 'patch', Operation>>;

/** How the two versions of OpenAPI differ in what kubectl reads of paths. */
export interface PathStyle {
  parameter(name: string, place: 'query' | 'path'): Parameter;
  refPrefix: string;
}

export const styleV3: PathStyle = {
  refPrefix: '#/components/schemas/',
  parameter: (name, place) => ({
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    schema: { type: 'string' },
  }),
};
export const styleV2: PathStyle = {
  refPrefix: '#/definitions/',
  parameter: (name, place) => ({ name, in: place, ...(place === 'path' ? { required: true } : {}), type: 'string' }),
};

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'];
const patchParameters = [...writeParameters, 'force'];
const listParameters = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'watch',
  'timeoutSeconds',
];
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'];

/**
 * Paths of resources. A PATCH that declares `fieldValidation` is what tells kubectl that the server validates; GET with
 * a group, version and kind is how `kubectl explain` finds a schema.
 */
export function pathsOf(resources: readonly ServedResource[], style: PathStyle): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const resource of resources) {
    const root = `/${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}`;
    const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
    const collection = `${root}${scope}/${resource.plural}`;
    const scoped = resource.namespaced ? ['namespace'] : [];
    const make = (action: string, query: string[], path: string[]) => operation(resource, style, action, query, path);
    paths[collection] = {
      get: make('list', listParameters, scoped),
      post: make('post', writeParameters, scoped),
      delete: make('deletecollection', [...deleteParameters, 'labelSelector', 'fieldSelector'], scoped),
    };
    const named = [...scoped, 'name'];
    paths[`${collection}/{name}`] = {
      get: make('get', [], named),
      put: make('put', writeParameters, named),
      patch: make('patch', patchParameters, named),
      delete: make('delete', deleteParameters, named),
    };
    if (resource.statusSubresource) {
      paths[`${collection}/{name}/status`] = {
        get: make('get', [], named),
        put: make('put', writeParameters, named),
        patch: make('patch', patchParameters, named),
      };
    }
  }
  return paths;
}

function operation(
  resource: ServedResource,
  style: PathStyle,
  action: string,
  query: string[],
  path: string[],
): Operation {
  const { group, version, kind, plural } = resource;
  const reference = { $ref: `${style.refPrefix}${definitionName(resource)}` };
  const content = { 'application/json': { schema: reference } };
  const isV3 = style === styleV3;
  const sends = action === 'post' || action === 'put' || action === 'patch';
  return {
    operationId: `${action}-${group}-${version}-${plural}-${path.join('-')}`,
    parameters: [
      ...path.map((name) => style.parameter(name, 'path')),
      ...query.map((name) => style.parameter(name, 'query')),
    ],
    ...(sends && isV3 ? { requestBody: { content: { '*/*': { schema: reference } } } } : {}),
    responses: { 200: isV3 ? { description: 'OK', content } : { description: 'OK', schema: reference } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
