import { absolutePath, anyObject, image, objectName, quantity, text } from '../kinds.ts';
import { given, idle, type Kind, open } from '../setting.ts';

const ofOci = 'the storage initializer fetches models in images (`oci://`), whatever these say';

/** One ClusterTrustBundle by its name, or all of a signer with these labels. */
interface ClusterTrustBundle {
  readonly name?: string;
  readonly signerName?: string;
  readonly labelSelector?: Readonly<Record<string, unknown>>;
}

const clusterTrustBundle: Kind<ClusterTrustBundle> = {
  name: 'an object with name, or with signerName and labelSelector',
  schema: {
    type: 'object',
    properties: { name: text.schema, signerName: text.schema, labelSelector: anyObject.schema },
    additionalProperties: false,
  },
  fits: (value): value is ClusterTrustBundle => {
    if (!anyObject.fits(value)) return false;
    const { name, signerName, labelSelector } = value;
    const isTextOrNone = (one: unknown) => one === undefined || text.fits(one);
    return (
      isTextOrNone(name) && isTextOrNone(signerName) && (labelSelector === undefined || anyObject.fits(labelSelector))
    );
  },
};

/** The init container that fetches models. */
export const storageInitializer = {
  image: given(image, 'serval/storage-initializer:0.1.0', 'Its image.'),
  memoryRequest: given(quantity, '100Mi', 'Memory that it asks for.'),
  memoryLimit: given(quantity, '1Gi', 'Memory that it may use.'),
  cpuRequest: given(quantity, '100m', 'Processor time that it asks for.'),
  cpuLimit: given(quantity, '1', 'Processor time that it may use.'),
  caBundleConfigMapName: open(
    objectName,
    "ConfigMap of the platform's own namespace whose key `cabundle.crt` every storage initializer trusts besides.",
  ),
  caBundleVolumeMountPath: open(
    absolutePath,
    "Where an initializer of another maker finds the bundle. Without it, only where Serval's own looks.",
  ),
  clusterTrustBundle: open(
    clusterTrustBundle,
    "Takes the place of the ConfigMap's copies in clusters that serve ClusterTrustBundles.",
    'Serval',
  ),
  enableModelcar: idle(ofOci),
  cpuModelcar: idle(ofOci),
  memoryModelcar: idle(ofOci),
  uidModelcar: idle(ofOci),
  enableOciModelSupport: idle(ofOci, '0.20'),
  ociModelMode: idle(ofOci, '0.20'),
  ociInsecureRegistry: idle(ofOci, '0.20'),
};
