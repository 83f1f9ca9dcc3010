import type { Container, Pod } from '@serval/kube/objects';
import { storageInitializerContainer } from '../names.ts';
import { withEnv, withMount } from './with-missing.ts';

const registryCredentialsVolume = 'serval-registry-credentials';
const folder = '/mnt/serval/registry-credentials';
const file = 'config.json';

/**
 * The Pod with the projected pull Secret of its namespace, after the pull Secrets that it has: those of its own, or of its service account,
 * which were filled in before. Where the storage initializer fetches models that are images, it reads the same file.
 */
export function withPullCredentials(pod: Pod, secretName: string, { fetchesImages }: { fetchesImages: boolean }): Pod {
  const { imagePullSecrets: own = [], initContainers = [], volumes = [] } = pod.spec;
  const listed = own.some(({ name }) => name === secretName) ? own : [...own, { name: secretName }];
  const withSecret: Pod = { ...pod, spec: { ...pod.spec, imagePullSecrets: listed } };
  const reads = fetchesImages && initContainers.some(({ name }) => name === storageInitializerContainer);
  if (!reads || volumes.some(({ name }) => name === registryCredentialsVolume)) return withSecret;
  const items = [{ key: '.dockerconfigjson', path: file }];
  return {
    ...withSecret,
    spec: {
      ...withSecret.spec,
      initContainers: initContainers.map((container) =>
        container.name === storageInitializerContainer ? reading(container) : container,
      ),
      // Not optional: a Pod that begins before its credential is there waits for it.
      volumes: [...volumes, { name: registryCredentialsVolume, secret: { secretName, items, defaultMode: 0o440 } }],
    },
  };
}

function reading(container: Container): Container {
  const mounted = withMount(container, { name: registryCredentialsVolume, mountPath: folder, readOnly: true });
  return withEnv(mounted, [{ name: 'SERVAL_REGISTRY_CONFIGS', value: `${folder}/${file}` }]);
}
