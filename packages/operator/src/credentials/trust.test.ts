import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAuthority } from '@serval/kube/certificates';
import type { ConfigMap, KubeObject } from '@serval/kube/objects';
import { defaultServingConfig, type ServingConfig } from '../config/serving-config.ts';
import { createLookup, referenceId } from './lookup.ts';
import { decideTrust, type Trust, type TrustRequest } from './trust.ts';

const now = new Date('2026-06-01T00:00:00Z');
let good = '';
let expired = '';
let key = '';
before(async () => {
  const authority = await createAuthority('models', now.getTime());
  [good, key] = [authority.certificate, authority.key];
  expired = (await createAuthority('old', now.getTime() - 864_000_000, 86_400_000)).certificate;
});

const named = { storageInitializer: { caBundleConfigMapName: 'platform-ca' } };

function decide(
  request: Partial<TrustRequest>,
  configMaps: Record<string, Record<string, string>>,
  changes: { storageInitializer?: Partial<ServingConfig['storageInitializer']> } = {},
  more: [string, KubeObject][] = [],
): ReturnType<typeof decideTrust> {
  const objects = Object.entries(configMaps).map(([name, data]): [string, ConfigMap] => {
    const [namespace = '', own = ''] = name.split('/');
    const id = referenceId({ kind: 'ConfigMap', namespace, name: own });
    return [id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: own }, data }];
  });
  const config = {
    ...defaultServingConfig,
    storageInitializer: { ...defaultServingConfig.storageInitializer, ...changes.storageInitializer },
  };
  const lookup = createLookup(new Map<string, KubeObject | undefined>([...objects, ...more]));
  return decideTrust({ namespace: 'team', home: 'serval-system', ...request }, lookup, config, now);
}

const projection = (name: string, path: string, at = 'cabundle.crt') => ({
  configMap: { name, items: [{ key: at, path }] },
});
const saidBy = 'Secret team/storage-config, key "local", field cabundle_configmap';

test('without a bundle nothing is mounted', () => {
  assert.equal(decide({}, {}), undefined);
  assert.equal(decide({}, {}, named), undefined, 'nor while the one that is named is not there');
});

test("the platform's bundle is the copy in the namespace, and that of the storage stands beside it", () => {
  const configMaps = { 'serval-system/platform-ca': { 'cabundle.crt': good }, 'team/ca': { 'cabundle.crt': good } };
  const trust = decide({ storage: { configMap: 'ca', saidBy } }, configMaps, named) as Trust;
  assert.deepEqual(trust.volume, {
    name: 'serval-ca-bundle',
    projected: {
      sources: [
        projection('global-ca-bundle', 'global.crt'),
        projection('ca', 'storage.crt'),
        projection('ca', 'cabundle.crt'),
      ],
    },
  });
  assert.deepEqual(trust.initializer.env, [
    { name: 'SERVAL_CA_BUNDLES', value: '/etc/serval/ca/global.crt:/etc/serval/ca/storage.crt' },
    { name: 'CA_BUNDLE_CONFIGMAP_NAME', value: 'ca' },
    { name: 'CA_BUNDLE_VOLUME_MOUNT_POINT', value: '/etc/ssl/custom-certs' },
  ]);
  assert.deepEqual(
    trust.initializer.volumeMounts.map(({ mountPath }) => mountPath),
    ['/etc/serval/ca', '/etc/ssl/custom-certs'],
  );
  assert.deepEqual(trust.server.volumeMounts, [
    { name: 'serval-ca-bundle', mountPath: '/etc/serval/ca', readOnly: true },
  ]);
  assert.doesNotMatch(JSON.stringify(trust), /BEGIN/, 'no copy of it');
});

for (const [path, mounted] of [
  ['/certs/mine.crt', true],
  ['/etc/ssl/custom-certs/mine.crt', false],
  ['/etc/ssl/certs/ca-certificates.crt', false],
  ['/a/../b', false],
] as const) {
  test(`a path that is named is ${mounted ? '' : 'not '}covered by one file: ${path}`, () => {
    const account = { configMap: 'ca', path, saidBy };
    const trust = decide({ account }, { 'team/ca': { 'cabundle.crt': good } }) as Trust;
    const mount = trust.initializer.volumeMounts.find(({ mountPath }) => mountPath === path);
    assert.equal(mount?.subPath, mounted ? 'cabundle.crt' : undefined);
  });
}

test('a ClusterTrustBundle that is served takes the place of the copy', () => {
  const bundle = { name: 'corporate' };
  const changes = { storageInitializer: { ...named.storageInitializer, clusterTrustBundle: bundle } };
  const configMaps = { 'serval-system/platform-ca': { 'cabundle.crt': good } };
  const id = referenceId({ kind: 'ClusterTrustBundle', namespace: '', name: 'name:corporate' });
  const served: KubeObject = { apiVersion: 'certificates.k8s.io/v1beta1', kind: 'ClusterTrustBundle', metadata: {} };
  const sourcesOf = (trust: unknown) => (trust as Trust).volume.projected?.sources;
  assert.deepEqual(sourcesOf(decide({}, configMaps, changes, [[id, served]])), [
    { clusterTrustBundle: { name: 'corporate', path: 'global.crt' } },
  ]);
  assert.deepEqual(sourcesOf(decide({}, configMaps, changes))?.[0], projection('global-ca-bundle', 'global.crt'));
});

test('what a ConfigMap lacks is told, and nothing of what it has', () => {
  const storage = { configMap: 'ca', saidBy };
  for (const [data, message] of [
    [{ 'other.crt': good }, /^ConfigMap team\/ca has no key cabundle.crt; Secret team\/storage-config, key "local"/],
    [{ 'cabundle.crt': expired }, /^ConfigMap team\/ca, key cabundle.crt, .*(ended|expired)/],
    [{ 'cabundle.crt': good.slice(0, 300) }, /^ConfigMap team\/ca, key cabundle.crt, /],
    [{ 'cabundle.crt': key }, /private key/],
  ] as const) {
    const refused = decide({ storage }, { 'team/ca': data as Record<string, string> }) as { problems: string[] };
    assert.match(refused.problems.join('; '), message);
    for (const line of [...key.split('\n'), ...good.split('\n')].filter(
      (text) => text.length > 20 && !text.startsWith('-'),
    )) {
      assert.ok(!JSON.stringify(refused).includes(line));
    }
  }
  assert.deepEqual(decide({ storage: { configMap: 'Not a name', saidBy } }, {}), {
    problems: [`${saidBy}: must be the name of a ConfigMap`],
  });
});
