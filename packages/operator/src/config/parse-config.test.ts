import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '@serval/kube/objects';
import { servingConfigMap } from '../declarations/config-map.ts';
import { configReference } from './config-reference.ts';
import { ConfigError, parseServingConfig, readServingConfig } from './parse-config.ts';
import { sections } from './sections/index.ts';
import { defaultServingConfig } from './serving-config.ts';

const configMap = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'inferenceservice-config' },
  data,
});

test('without a ConfigMap everything has its default', () => {
  assert.deepEqual(parseServingConfig(undefined), defaultServingConfig);
});

test('the ConfigMap of an installation says what the defaults say', () => {
  const written = servingConfigMap({ namespace: 'serval-system', gateway: 'serval-system/serval-gateway' });
  assert.deepEqual(parseServingConfig(written), defaultServingConfig);
});

test('written values take the place of defaults, key by key', () => {
  const config = parseServingConfig(
    configMap({ ingress: '{"ingressDomain": "example.com"}', credentials: '{"s3": {"s3Endpoint": "minio:9000"}}' }),
  );
  assert.equal(config.ingress.ingressDomain, 'example.com');
  assert.equal(config.ingress.urlScheme, 'http');
  assert.equal(config.credentials.s3.s3Endpoint, 'minio:9000');
  assert.equal(config.credentials.s3.s3AccessKeyIDName, 'AWS_ACCESS_KEY_ID');
});

test("storage credentials have upstream's names, and a bundle that is not named is none", () => {
  const config = parseServingConfig(
    configMap({
      credentials: '{"certificateFields": "Warn", "storageSpecSecretName": "stores"}',
      storageInitializer: '{"caBundleConfigMapName": "", "caBundleVolumeMountPath": ""}',
    }),
  );
  assert.equal(config.credentials.certificateFields, 'Warn');
  assert.equal(config.credentials.storageSpecSecretName, 'stores');
  assert.equal(config.credentials.storageSecretNameAnnotation, 'serving.kserve.io/storageSecretName');
});

test('a Gateway without a namespace is in that of the ConfigMap', () => {
  const written = servingConfigMap({ namespace: 'elsewhere', gateway: 'gw' });
  assert.equal(parseServingConfig(written).ingress.kserveIngressGateway, 'elsewhere/gw');
});

test('sections and keys of other releases are left alone, and told', () => {
  const { problems, unused } = readServingConfig(
    configMap({
      router: 'not json',
      gatewayApi: '{}',
      _example: 'how it is written',
      ingress: '{"enableLLMInferenceServiceTLS": false, "ingresDomain": "example.com"}',
    }),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    unused.map(({ path, why }) => [path, why !== undefined]),
    [
      ['ingress.enableLLMInferenceServiceTLS', true],
      ['ingress.ingresDomain', false],
      ['gatewayApi', false],
    ],
  );
});

test("the configuration of KServe's own manifests is taken as it is", () => {
  const written = {
    explainers: { art: { image: 'kserve/art-explainer', defaultImageVersion: 'latest' } },
    storageInitializer: {
      image: 'kserve/storage-initializer:latest',
      memoryRequest: '100Mi',
      memoryLimit: '1Gi',
      cpuRequest: '100m',
      cpuLimit: '1',
      caBundleConfigMapName: '',
      caBundleVolumeMountPath: '/etc/ssl/custom-certs',
      enableModelcar: true,
      uidModelcar: 1010,
    },
    credentials: {
      storageSpecSecretName: 'storage-config',
      gcs: { gcsCredentialFileName: 'gcloud-application-credentials.json' },
      s3: { s3AccessKeyIDName: 'AWS_ACCESS_KEY_ID', s3Endpoint: '', s3UseHttps: '', s3CABundle: '' },
    },
    ingress: {
      enableGatewayApi: false,
      kserveIngressGateway: 'kserve/kserve-ingress-gateway',
      ingressGateway: 'knative-serving/knative-ingress-gateway',
      ingressDomain: 'example.com',
      ingressClassName: 'istio',
      domainTemplate: '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}',
      pathTemplate: '/serving/{{ .Namespace }}/{{ .Name }}',
      urlScheme: 'http',
    },
    logger: { image: 'kserve/agent:latest', cpuLimit: '1', defaultUrl: 'http://default-broker' },
    batcher: { image: 'kserve/agent:latest', maxBatchSize: '32', maxLatency: '5000' },
    agent: { image: 'kserve/agent:latest', memoryRequest: '100Mi' },
    router: { image: 'kserve/router:latest', headers: { propagate: [] } },
    deploy: { defaultDeploymentMode: 'Serverless' },
    metricsAggregator: { enableMetricAggregation: 'false', enablePrometheusScraping: 'false' },
    localModel: { enabled: false, fsGroup: 1000 },
    security: { autoMountServiceAccountToken: true },
    inferenceService: { resource: { cpuLimit: '1', memoryLimit: '2Gi', cpuRequest: '1', memoryRequest: '2Gi' } },
    opentelemetryCollector: { scrapeInterval: '5s', metricScalerEndpoint: 'keda-otel-scaler.keda.svc:4318' },
    autoscaler: { scaleUpStabilizationWindowSeconds: '0', scaleDownStabilizationWindowSeconds: '300' },
  };
  const { config, problems, unused } = readServingConfig(asConfigMap(written));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    unused.filter(({ why }) => why === undefined),
    [],
    'every key is known',
  );
  assert.equal(config.credentials.s3.s3Endpoint, undefined, 'an empty text is not written');
  assert.equal(config.storageInitializer.caBundleConfigMapName, undefined);
  assert.equal(config.batcher.maxBatchSize, '32');
  assert.equal(config.ingress.pathTemplate, '/serving/{{ .Namespace }}/{{ .Name }}');
});

test('lists of what children do not get come on top of the default', () => {
  const { inferenceService } = parseServingConfig(
    asConfigMap({
      inferenceService: {
        serviceAnnotationDisallowedList: ['example.com/a', 'modelFormat'],
        serviceLabelDisallowedList: ['example.com/b'],
      },
    }),
  );
  assert.deepEqual(inferenceService.serviceAnnotationDisallowedList, [
    ...defaultServingConfig.inferenceService.serviceAnnotationDisallowedList,
    'example.com/a',
  ]);
  assert.deepEqual(inferenceService.serviceLabelDisallowedList, ['example.com/b']);
});

test('every section is told with a title, and every key with its effect', () => {
  for (const { name, title, settings } of configReference) {
    assert.match(title, /\.$/, name);
    for (const { key, effect, isIdle } of settings) assert.match(effect, isIdle ? /[^.]$/ : /\.$/, `${name}.${key}`);
  }
  assert.deepEqual(
    configReference.map(({ name }) => name),
    Object.keys(sections),
  );
});

/** What is refused: section, key, value, and what is said of it after the path. */
const refused: [string, Record<string, unknown>, string][] = [
  ['ingress.disableIngressCreation', { disableIngressCreation: 'yes' }, 'must be true or false, got "yes"'],
  [
    'ingress.kserveIngressGateway',
    { kserveIngressGateway: 'edge/' },
    'must be NAMESPACE/NAME or NAME of a Gateway, got "edge/"',
  ],
  [
    'ingress.kserveIngressGateway',
    { kserveIngressGateway: 'a/b/c' },
    'must be NAMESPACE/NAME or NAME of a Gateway, got "a/b/c"',
  ],
  ['ingress.urlScheme', { urlScheme: 'ftp' }, 'must be http or https, got "ftp"'],
  [
    'ingress.ingressDomain',
    { ingressDomain: 'Example.com' },
    'must be a domain such as example.com, got "Example.com"',
  ],
  [
    'ingress.ingressDomain',
    { ingressDomain: '*.example.com' },
    'must be a domain such as example.com, got "*.example.com"',
  ],
  [
    'ingress.additionalIngressDomains',
    { additionalIngressDomains: 'example.org' },
    'must be a list of domains, got "example.org"',
  ],
  [
    'ingress.additionalIngressDomains',
    { additionalIngressDomains: ['example.org', 'a b'] },
    'must be a list of domains, got ["example.org","a b"]',
  ],
  ['ingress.ingressClassName', { ingressClassName: 'Nginx' }, 'must be the name of an object, got "Nginx"'],
  [
    'deploy.defaultDeploymentMode',
    { defaultDeploymentMode: 'Raw' },
    'must be one of Standard, RawDeployment, Knative, Serverless, ModelMesh, got "Raw"',
  ],
  [
    'deploy.deploymentRolloutStrategy.defaultRollout.maxSurge',
    { deploymentRolloutStrategy: { defaultRollout: { maxSurge: 'half' } } },
    'must be a number of Pods or a percentage, as a text, got "half"',
  ],
  ['deploy.deploymentRolloutStrategy', { deploymentRolloutStrategy: [] }, 'must be an object, got []'],
  [
    'storageInitializer.memoryLimit',
    { memoryLimit: '1 gig' },
    'must be a quantity such as 100m or 1Gi, as a text, got "1 gig"',
  ],
  ['storageInitializer.cpuLimit', { cpuLimit: 1 }, 'must be a quantity such as 100m or 1Gi, as a text, got 1'],
  [
    'storageInitializer.caBundleVolumeMountPath',
    { caBundleVolumeMountPath: 'etc/ssl' },
    'must be an absolute path, got "etc/ssl"',
  ],
  [
    'storageInitializer.clusterTrustBundle',
    { clusterTrustBundle: { name: 1 } },
    'must be an object with name, or with signerName and labelSelector, got {"name":1}',
  ],
  ['credentials.certificateFields', { certificateFields: 'strict' }, 'must be one of Dual, Warn, Strict, got "strict"'],
  [
    'credentials.storageSpecSecretName',
    { storageSpecSecretName: 'Storage_Config' },
    'must be the name of an object, got "Storage_Config"',
  ],
  ['credentials.s3.s3UseHttps', { s3: { s3UseHttps: true } }, 'must be true, false, 1 or 0, as a text, got true'],
  [
    'inferenceService.resource.cpuLimit',
    { resource: { cpuLimit: 'much' } },
    'must be a quantity such as 100m or 1Gi, as a text, got "much"',
  ],
  [
    'inferenceService.serviceLabelDisallowedList',
    { serviceLabelDisallowedList: [1] },
    'must be a list of texts, got [1]',
  ],
  ['agent.image', { image: ' ' }, 'must be the reference of an image, got " "'],
  ['logger.batchSize', { batchSize: 0 }, 'must be a whole number from 1, got 0'],
  ['logger.batchInterval', { batchInterval: '5 seconds' }, 'must be a duration such as 30s, got "5 seconds"'],
  ['logger.tlsSkipVerify', { tlsSkipVerify: 'false' }, 'must be true or false, got "false"'],
  ['batcher.maxBatchSize', { maxBatchSize: 32 }, 'must be a number from 1, as a text, got 32'],
  [
    'autoscaler.scaleUpStabilizationWindowSeconds',
    { scaleUpStabilizationWindowSeconds: '5m' },
    'must be a number of seconds, as a text, got "5m"',
  ],
  [
    'opentelemetryCollector.metricScalerEndpoint',
    { metricScalerEndpoint: 'http://scaler' },
    'must be HOST:PORT, got "http://scaler"',
  ],
  ['metricsAggregator.enablePrometheusScraping', { enablePrometheusScraping: true }, 'must be true or false, got true'],
  ['service.serviceClusterIPNone', { serviceClusterIPNone: 'None' }, 'must be true or false, got "None"'],
  ['security.autoMountServiceAccountToken', { autoMountServiceAccountToken: 1 }, 'must be true or false, got 1'],
  // What may hold a password is not repeated.
  [
    'logger.defaultUrl',
    { defaultUrl: 'http://me:sentinel@collector' },
    'must be a URL without a user or password, such as http://collector.logs',
  ],
  [
    'credentials.s3.s3SecretAccessKeyName',
    { s3: { s3SecretAccessKeyName: 'sentinel/secret+' } },
    'must be the name of a key',
  ],
  [
    'credentials.s3.s3Endpoint',
    { s3: { s3Endpoint: 'https://me:sentinel@minio' } },
    'must be HOST, HOST:PORT or a URL without a password',
  ],
];

for (const [path, values, message] of refused) {
  test(`${path} ${message}`, () => {
    const section = path.split('.')[0] ?? '';
    const { problems, config } = readServingConfig(asConfigMap({ [section]: values }));
    assert.deepEqual(problems, [{ path, message }]);
    assert.deepEqual(config, defaultServingConfig, 'the default holds in its place');
    assert.doesNotMatch(JSON.stringify(problems), /sentinel/);
  });
}

test('a section that is no JSON object is named, without its text', () => {
  const { problems } = readServingConfig(configMap({ deploy: '[]', ingress: '{"a": sentinel}', agent: 'null' }));
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['deploy', 'ingress', 'agent'],
  );
  assert.doesNotMatch(JSON.stringify(problems), /sentinel/);
});

test('the error names everything that is wrong', () => {
  const written = asConfigMap({ ingress: { urlScheme: 'ftp' }, service: { serviceClusterIPNone: 'x' } });
  assert.throws(
    () => parseServingConfig(written),
    (error) =>
      error instanceof ConfigError &&
      error.problems.length === 2 &&
      error.message ===
        'inferenceservice-config: ingress.urlScheme must be http or https, got "ftp"; service.serviceClusterIPNone must be true or false, got "x"',
  );
});

test('a long value is cut', () => {
  const { problems } = readServingConfig(asConfigMap({ ingress: { urlScheme: 'x'.repeat(10_000) } }));
  assert.ok((problems[0]?.message.length ?? 0) < 200);
});

function asConfigMap(written: Record<string, unknown>): ConfigMap {
  return configMap(Object.fromEntries(Object.entries(written).map(([key, value]) => [key, JSON.stringify(value)])));
}
