import type { Container, EnvVar, VolumeMount } from '@serval/kube/objects';

/** With the mount, unless something is mounted at its path. */
export function withMount(container: Container, mount: VolumeMount): Container {
  const taken = container.volumeMounts?.some(({ mountPath }) => mountPath === mount.mountPath);
  return taken ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
}

/** With those variables that it does not set itself. */
export function withEnv(container: Container, env: readonly EnvVar[]): Container {
  const missing = env.filter(({ name }) => !container.env?.some((own) => own.name === name));
  return missing.length === 0 ? container : { ...container, env: [...(container.env ?? []), ...missing] };
}
