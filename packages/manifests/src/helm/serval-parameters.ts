import {
  builtInServingRuntimes,
  defaultGatewayName,
  operatorName,
  operatorServiceAccountName,
  partOfLabels,
} from '@serval/operator/declarations';
import { certificateName } from '../objects/certificates.ts';
import { addable, image, moreEntries, moreItems, onlyIf, removable, settable, switched } from './bindings.ts';
import { configBinding } from './config-parameters.ts';
import { and, empty, value } from './expression.ts';
import type { JsonSchema } from './json-schema.ts';
import { type Binding, changePlace, literalAt, type Parameter, type Place } from './parameter.ts';
import { computed, either, type TemplateNode, when } from './tree.ts';

const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'object', additionalProperties: text };
const maps: JsonSchema = { type: 'array', items: { type: 'object' } };
const map: JsonSchema = { type: 'object' };

const deployment = { kind: 'Deployment', name: operatorName };
const pod = (...path: (string | number)[]): Place => ({ ...deployment, path: ['spec', 'template', 'spec', ...path] });
const operator = (...path: (string | number)[]): Place => pod('containers', 0, ...path);
const disruptionBudget = { kind: 'PodDisruptionBudget', name: operatorName };
const gateway = { kind: 'Gateway', name: defaultGatewayName };

/** What owners may set in the chart `serval`, in the order of `values.yaml`. */
export const servalBindings: readonly Binding[] = [
  certificateIssuer,
  settable(
    { ...deployment, path: ['spec', 'replicas'] },
    {
      path: 'replicas',
      description: 'How many operators run. One reconciles, all answer webhooks.',
      schema: { type: 'integer', minimum: 0 },
    },
  ),
  image(operator('image'), 'image', "the operator's"),
  settable(operator('imagePullPolicy'), {
    path: 'image.pullPolicy',
    description: 'When nodes ask the registry.',
    schema: { enum: ['Always', 'IfNotPresent', 'Never'] },
  }),
  addable(
    pod('imagePullSecrets'),
    {
      path: 'imagePullSecrets',
      description: 'Secrets with credentials of registries, such as `[{name: registry}]`.',
      schema: maps,
    },
    [],
  ),
  settable(operator('resources'), {
    path: 'resources',
    description: "Requests and limits of the operator's container.",
    schema: {
      type: 'object',
      properties: { requests: map, limits: map, claims: { type: 'array' } },
      additionalProperties: false,
    },
  }),
  moreItems(operator('args'), {
    path: 'extraArgs',
    description: 'More flags of the operator, such as `--log-level=debug`.',
    schema: { type: 'array', items: text },
  }),
  moreItems(operator('env'), {
    path: 'extraEnv',
    description: 'More variables of the operator, such as proxies.',
    schema: maps,
  }),
  removable(pod('nodeSelector'), {
    path: 'nodeSelector',
    description: 'Labels of the nodes that it may run on.',
    schema: texts,
  }),
  addable(pod('tolerations'), { path: 'tolerations', description: 'Taints that it tolerates.', schema: maps }, []),
  addable(pod('affinity'), { path: 'affinity', description: 'Nodes and Pods that it is drawn to.', schema: map }, {}),
  removable(pod('topologySpreadConstraints'), {
    path: 'topologySpreadConstraints',
    description: 'How replicas spread over nodes and zones.',
    schema: maps,
  }),
  addable(
    pod('priorityClassName'),
    {
      path: 'priorityClassName',
      description: 'Its PriorityClass, such as `system-cluster-critical`.',
      schema: text,
    },
    '',
  ),
  moreEntries(
    { ...deployment, path: ['spec', 'template', 'metadata', 'labels'] },
    {
      path: 'podLabels',
      description: "More labels of the operator's Pods.",
      schema: texts,
    },
  ),
  addable(
    { ...deployment, path: ['spec', 'template', 'metadata', 'annotations'] },
    { path: 'podAnnotations', description: "Annotations of the operator's Pods.", schema: texts },
    {},
  ),
  addable(
    { kind: 'ServiceAccount', name: operatorServiceAccountName, path: ['metadata', 'annotations'] },
    {
      path: 'serviceAccount.annotations',
      description: 'Annotations of its ServiceAccount, such as those that bind a role of a cloud.',
      schema: texts,
    },
    {},
  ),
  switched(
    disruptionBudget,
    'podDisruptionBudget.enabled',
    'Whether drains leave all but some of the operators running.',
    true,
  ),
  settable(
    { ...disruptionBudget, path: ['spec', 'maxUnavailable'] },
    {
      path: 'podDisruptionBudget.maxUnavailable',
      description: 'How many may be away at once: a number, or a percentage.',
      schema: { type: ['integer', 'string'] },
    },
  ),
  switched(
    { kind: 'Service', name: `${operatorName}-metrics` },
    'metrics.service.enabled',
    'Whether there is a Service for Prometheus.',
    true,
  ),
  ...['view', 'edit', 'admin'].map((role) => userRole(role)),
  switched(gateway, 'gateway.enabled', 'Whether the Gateway that services attach to is part of the release.', false),
  settable(
    { ...gateway, path: ['spec', 'gatewayClassName'] },
    { path: 'gateway.className', description: 'A GatewayClass of the cluster.', schema: { ...text, minLength: 1 } },
  ),
  settable(
    { ...gateway, path: ['spec', 'listeners', 0, 'port'] },
    {
      path: 'gateway.port',
      description: 'Of its plain HTTP listener. Traefik: that of the entry point, 8000.',
      schema: { type: 'integer', minimum: 1 },
    },
  ),
  gatewayClass,
  configBinding,
  ...builtInServingRuntimes().map(({ metadata }, index) => runtime(metadata.name ?? '', index === 0)),
];

/** The Issuer of the release signs nothing but its own certificate; another one may be named instead. */
function certificateIssuer(objects: Parameters<Binding>[0]): ReturnType<Binding> {
  const place: Place = { kind: 'Certificate', name: certificateName, path: ['spec', 'issuerRef'] };
  const own = literalAt(objects, place) as { group: string; kind: string; name: string };
  const reference = (field: string) => value(`certificates.issuerRef.${field}`);
  const given: TemplateNode = Object.fromEntries(Object.keys(own).map((field) => [field, computed(reference(field))]));
  const declaration = (field: string, description: string, fallback: string): Parameter => ({
    path: `certificates.issuerRef.${field}`,
    description,
    schema: text,
    default: fallback,
  });
  return {
    objects: onlyIf(
      changePlace(objects, place, (old) => either(reference('name'), given, old ?? null)),
      { kind: own.kind, name: own.name },
      empty(reference('name')),
    ),
    parameters: [
      declaration('name', 'An issuer of cert-manager that is there already; empty: one of the release.', ''),
      declaration('kind', 'Its kind: Issuer, ClusterIssuer, or one of another group.', own.kind),
      declaration('group', 'Its group.', own.group),
    ],
  };
}

/** The class too, for implementations that bring none of their own: docs/gateways.md has the values of each. */
function gatewayClass(objects: Parameters<Binding>[0]): ReturnType<Binding> {
  const at = 'gateway.class';
  const node = when(and(value('gateway.enabled'), value(`${at}.create`)), {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: {
      name: computed(value('gateway.className')),
      labels: { ...partOfLabels },
      annotations: when(value(`${at}.annotations`), computed(value(`${at}.annotations`))),
    },
    spec: { controllerName: computed(value(`${at}.controllerName`)) },
  });
  return {
    objects: [...objects, { kind: 'GatewayClass', name: defaultGatewayName, file: 'gateway-class.yaml', node }],
    parameters: [
      {
        path: `${at}.create`,
        description: 'Whether its class is part of the release.',
        schema: { type: 'boolean' },
        default: false,
      },
      {
        path: `${at}.controllerName`,
        description: 'Of the class, such as konghq.com/kic-gateway-controller.',
        schema: text,
        default: '',
      },
      { path: `${at}.annotations`, description: 'Of the class.', schema: texts, default: {} },
    ],
  };
}

function userRole(role: string): Binding {
  const path = `userRoles.${role}`;
  return switched(
    { kind: 'ClusterRole', name: `serval-${role}` },
    path,
    `Whether the cluster's own role \`${role}\` covers Serval's kinds.`,
    true,
  );
}

/** All runtimes have one switch, declared with the first. */
function runtime(name: string, isFirst: boolean): Binding {
  const place = { kind: 'ClusterServingRuntime', name };
  const switchPath = 'runtimes.enabled';
  const about = 'Whether the built-in runtimes are part of the release. They need a running operator: see the README.';
  return (objects) => {
    const bound = isFirst
      ? switched(place, switchPath, about, false)(objects)
      : { objects: onlyIf(objects, place, value(switchPath)), parameters: [] };
    const key = name.replace(/^serval-/, '').replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const where: Place = { ...place, path: ['spec', 'containers', 0, 'image'] };
    const images = image(where, `runtimes.${key}.image`, `the runtime ${name}'s`)(bound.objects);
    return { objects: images.objects, parameters: [...bound.parameters, ...images.parameters] };
  };
}
