import { matchRegistryEntries, parseImageReference } from '@serval/storage/registry-credentials';

/**
 * Registries for which nodes of the three big clouds have a credential of their own: what the credential providers of their kubelets are
 * configured to match (documentation of ecr-credential-provider, auth-provider-gcp and acr-credential-provider).
 */
const nodeRegistries = [
  '*.dkr.ecr.*.amazonaws.com',
  '*.dkr.ecr.*.amazonaws.com.cn',
  '*.dkr.ecr-fips.*.amazonaws.com',
  'gcr.io',
  '*.gcr.io',
  '*.pkg.dev',
  '*.azurecr.io',
  '*.azurecr.cn',
  '*.azurecr.us',
];

const nothing = { username: '', password: '', identityToken: undefined, registryToken: undefined };
const entries = nodeRegistries.map((key) => ({ key, credential: nothing, origin: '' }));

/** Whether nodes may pull an image with what only they have, so that nobody else can tell. */
export function nodesMayPull(image: string): boolean {
  const reference = parseImageReference(image);
  return (
    reference !== undefined && matchRegistryEntries(entries, `${reference.registry}/${reference.repository}`).length > 0
  );
}
