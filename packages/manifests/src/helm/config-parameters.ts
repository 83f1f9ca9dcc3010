import type { Json } from '@serval/kube/objects';
import { certificateFieldStages, configMapName, type ServingConfig } from '@serval/operator/declarations';
import { ManifestsError } from '../manifests-error.ts';
import { call, value } from './expression.ts';
import { orderedJson } from './go-json.ts';
import type { JsonSchema } from './json-schema.ts';
import {
  type ChartObject,
  changePlace,
  literalAt,
  type Parameter,
  type Parameterised,
  type Place,
} from './parameter.ts';
import { computed, when } from './tree.ts';

const text: JsonSchema = { type: 'string' };
const flag: JsonSchema = { type: 'boolean' };
const texts: JsonSchema = { type: 'array', items: text };

type Fields<Section> = { [Field in keyof Required<Section>]: JsonSchema };

/** The fields of each section, as the operator reads them: a field that it gains is missing here until it is added. */
const sections: { [Section in keyof ServingConfig]: Fields<ServingConfig[Section]> } = {
  deploy: { defaultDeploymentMode: text },
  ingress: {
    enableGatewayApi: flag,
    kserveIngressGateway: text,
    ingressDomain: text,
    additionalIngressDomains: texts,
    domainTemplate: text,
    pathTemplate: text,
    ingressClassName: text,
    urlScheme: { enum: ['http', 'https'] },
    disableIngressCreation: flag,
    disableHTTPRouteTimeout: flag,
  },
  storageInitializer: {
    image: text,
    memoryRequest: text,
    memoryLimit: text,
    cpuRequest: text,
    cpuLimit: text,
    caBundleConfigMapName: text,
    caBundleVolumeMountPath: text,
    clusterTrustBundle: {
      type: 'object',
      properties: { name: text, signerName: text, labelSelector: { type: 'object' } },
      additionalProperties: false,
    },
  },
  credentials: {
    s3: { type: 'object', additionalProperties: text },
    gcs: { type: 'object', additionalProperties: text },
    storageSpecSecretName: text,
    storageSecretNameAnnotation: text,
    certificateFields: { enum: [...certificateFieldStages] },
    rolloutOnChange: flag,
  },
  inferenceService: {
    resource: { type: 'object', additionalProperties: text },
    serviceAnnotationDisallowedList: texts,
    serviceLabelDisallowedList: texts,
  },
  autoscaler: { scaleUpStabilizationWindowSeconds: text, scaleDownStabilizationWindowSeconds: text },
  opentelemetryCollector: { metricScalerEndpoint: text },
  explainers: {
    art: {
      type: 'object',
      properties: { image: text, defaultImageVersion: text },
      additionalProperties: false,
    },
  },
  service: { serviceClusterIPNone: flag },
  security: { autoMountServiceAccountToken: flag },
};

const place: Place = { kind: 'ConfigMap', name: configMapName, path: ['data'] };

/**
 * Each section of the configuration as a map of values. Those that the source writes have its content as default, and are always there;
 * the others are there when they are given. Helm writes JSON with ordered fields, so the source must too.
 */
export function configBinding(objects: readonly ChartObject[]): Parameterised {
  const data = literalAt(objects, place) as Record<string, string>;
  const unknown = Object.keys(data).find((name) => !Object.hasOwn(sections, name));
  if (unknown) throw new ManifestsError('BadSource', `section ${unknown} of the configuration is not described`);
  const written = Object.entries(data).map(([name, content]) => {
    const parsed = JSON.parse(content) as Json;
    if (orderedJson(parsed, 2) !== content) {
      throw new ManifestsError('BadSource', `section ${name} of the configuration is not written as Helm writes JSON`);
    }
    return [name, parsed] as const;
  });
  const defaults = new Map(written);
  const names = Object.keys(sections);
  const nodeOf = (name: string) => {
    const path = value(`config.${name}`);
    const node = computed(call('toPrettyJson', path));
    return defaults.has(name) ? node : when(path, node);
  };
  return {
    objects: changePlace(objects, place, () => Object.fromEntries(names.map((name) => [name, nodeOf(name)]))),
    parameters: Object.entries(sections).map(
      ([name, properties]): Parameter => ({
        path: `config.${name}`,
        description: `Section \`${name}\` of the ConfigMap ${configMapName}; docs/operator.md tells its fields.`,
        schema: { type: 'object', properties, additionalProperties: false },
        default: defaults.get(name) ?? {},
      }),
    ),
  };
}
