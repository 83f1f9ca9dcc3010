import type { CrdBundle } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { builtInServingRuntimes, defaultNamespace } from '@serval/operator/declarations';
import type { FileSet } from '../file-set.ts';
import { gatewayObject } from '../objects/gateway.ts';
import { installationObjects } from '../objects/installation.ts';
import { namespaceObject } from '../objects/namespace.ts';
import type { Parts } from '../objects/parts.ts';
import { installedCrds } from '../objects/webhooks.ts';
import { certManagerReferences } from './cert-manager-references.ts';
import { type Files, kustomizationOf, objectFile, objectFiles, stageFiles } from './files.ts';
import { component, kustomization } from './kustomization.ts';
import { overlayFiles } from './overlays.ts';
import { paths } from './paths.ts';
import { type Stage, stageBetween } from './stages.ts';

const namespace = defaultNamespace;
const withoutWebhooks: Parts = { namespace, webhooks: false };
const withWebhooks: Parts = { namespace, webhooks: true };

/** Everything below `deploy/crds` and `deploy/kustomize`. */
export function kustomizeFiles(): FileSet {
  return new Map([
    ...crdFiles(
      'standard',
      'Small enough for a plain `kubectl apply`; deep fields of Pods are checked by the webhooks.',
    ),
    ...crdFiles('full', 'Every field of Pods spelled out, for `kubectl apply --server-side` and `kubectl explain`.'),
    ...baseFiles(),
    ...webhooksFiles(),
    ...selfManagedFiles(),
    ...certManagerFiles(),
    ...gatewayFiles(),
    ...namespaceFiles(),
    ...runtimeFiles(),
    ...overlayFiles(),
  ]);
}

function crdFiles(bundle: CrdBundle, about: string): Files {
  const folder = paths.crds(bundle);
  const crds = installedCrds(withoutWebhooks, bundle);
  const fileOf = ({ metadata }: AnyObject) => `${metadata.name}.yaml`;
  return [
    ...kustomizationOf(folder, kustomization({ resources: crds.map(fileOf) }), about),
    ...crds.map((crd): Files[number] => [`${folder}/${fileOf(crd)}`, objectFiles('', [crd])[0]?.[1] ?? '']),
  ];
}

function baseFiles(): Files {
  const objects = installationObjects(withoutWebhooks);
  return [
    ...kustomizationOf(
      paths.base,
      kustomization({ resources: objects.map(objectFile) }),
      'The operator without webhooks. The definitions (CRDs) come from ../../crds.',
    ),
    ...objectFiles(paths.base, objects),
  ];
}

function webhooksFiles(): Files {
  return componentFiles(
    paths.webhooks,
    stageBetween(allObjects(withoutWebhooks), allObjects(withWebhooks)),
    'Defaulting, validation and conversion. Needs one of the certificates components after it.',
  );
}

function selfManagedFiles(): Files {
  const stage = stageBetween(allObjects(withWebhooks), allObjects({ ...withWebhooks, certificates: 'self-managed' }));
  return componentFiles(
    paths.certificates('self-managed'),
    stage,
    'The operator issues and renews the certificate of its webhooks, and tells API servers to trust it.',
  );
}

function certManagerFiles(): Files {
  const stage = stageBetween(allObjects(withWebhooks), allObjects({ ...withWebhooks, certificates: 'cert-manager' }));
  const { file, content } = certManagerReferences(stage);
  return [
    ...componentFiles(
      paths.certificates('cert-manager'),
      stage,
      'cert-manager, which must be installed, issues the certificate of the webhooks.',
      'Kustomizations that set a namespace list ../../transformers/cert-manager-namespace under `transformers`.',
    ),
    ...kustomizationOf(
      paths.certManagerNamespace,
      kustomization({ resources: [file] }),
      'Lets the names of the certificate follow the namespace that a kustomization sets: list this folder under its `transformers`.',
    ),
    [`${paths.certManagerNamespace}/${file}`, content],
  ];
}

function gatewayFiles(): Files {
  return componentFiles(
    paths.gatewayApi,
    { added: [gatewayObject(namespace)], patches: [] },
    'The Gateway that services are reached through. Its gatewayClassName is a class of your cluster: patch it.',
  );
}

function namespaceFiles(): Files {
  return componentFiles(
    paths.namespaces,
    { added: [namespaceObject(namespace)], patches: [] },
    'The namespace itself, for clusters where nobody else creates it.',
  );
}

function runtimeFiles(): Files {
  const objects = builtInServingRuntimes() as unknown as AnyObject[];
  return [
    ...kustomizationOf(
      paths.runtimes,
      kustomization({ resources: objects.map(objectFile) }),
      'The model servers that Serval brings. Applied on their own, once the operator is available: its webhooks check them.',
    ),
    ...objectFiles(paths.runtimes, objects),
  ];
}

function componentFiles(folder: string, stage: Stage, ...about: string[]): Files {
  const { files, resources, patches } = stageFiles(folder, stage);
  const content = component({
    ...(resources.length > 0 ? { resources } : {}),
    ...(patches.length > 0 ? { patches } : {}),
  });
  return [...kustomizationOf(folder, content, ...about), ...files];
}

/** Patches of definitions change no schema, so they fit both bundles. */
function allObjects(parts: Parts): AnyObject[] {
  return [...installedCrds(parts, 'standard'), ...installationObjects(parts)];
}
