import { itemsOf, setDefaults } from './set-defaults.ts';

type Fields = Record<string, unknown>;

/** Defaults of a PodSpec, in Pods and in templates alike (`pkg/apis/core/v1/defaults.go`). */
export function defaultPodSpec(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const spec = value as Fields;
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  // The old name is kept equal to the new one.
  if (spec['serviceAccountName']) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount']) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const container of [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])]) {
    defaultContainer(container);
  }
  for (const volume of itemsOf(spec['volumes'])) defaultVolume(volume);
}

function defaultContainer(container: Fields): void {
  setDefaults(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container['image']),
  });
  for (const port of itemsOf(container['ports'])) setDefaults(port, { protocol: 'TCP' });
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(container[name]);
  for (const env of itemsOf(container['env'])) {
    const source = env['valueFrom'] as Fields | undefined;
    if (source?.['fieldRef']) setDefaults(source['fieldRef'], { apiVersion: 'v1' });
    if (source?.['resourceFieldRef']) setDefaults(source['resourceFieldRef'], { divisor: '0' });
  }
  // Requests that are not given are those of the limits.
  const resources = container['resources'] as Fields | undefined;
  if (resources?.['limits']) {
    resources['requests'] = { ...(resources['limits'] as Fields), ...(resources['requests'] as Fields | undefined) };
  }
}

/** `IfNotPresent`, but `Always` for an image without tag or with the tag `latest`. */
function pullPolicyOf(image: unknown): string {
  const text = typeof image === 'string' ? image : '';
  if (text.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(text)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const probe = value as Fields;
  setDefaults(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (probe['httpGet']) setDefaults(probe['httpGet'], { path: '/', scheme: 'HTTP' });
  if (probe['grpc']) setDefaults(probe['grpc'], { service: '' });
}

function defaultVolume(volume: Fields): void {
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    if (volume[source]) setDefaults(volume[source], { defaultMode: 0o644 });
  }
  if (volume['hostPath']) setDefaults(volume['hostPath'], { type: '' });
  const projected = volume['projected'] as Fields | undefined;
  for (const source of itemsOf(projected?.['sources'])) {
    if (source['serviceAccountToken']) setDefaults(source['serviceAccountToken'], { expirationSeconds: 3600 });
  }
  const downward = volume['downwardAPI'] as Fields | undefined;
  for (const item of itemsOf(downward?.['items'])) {
    if (item['fieldRef']) setDefaults(item['fieldRef'], { apiVersion: 'v1' });
  }
}
