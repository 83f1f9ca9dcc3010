import type { AnyObject } from '@serval/kube/objects';
import { builtInServingRuntimes, defaultNamespace } from '@serval/operator/declarations';
import type { FileSet } from '../file-set.ts';
import { allDefinitions, type Definitions, injectedDefinitions } from '../objects/definitions.ts';
import { gatewayObject } from '../objects/gateway.ts';
import { installationObjects } from '../objects/installation.ts';
import { namespaceObject } from '../objects/namespace.ts';
import type { Parts } from '../objects/parts.ts';
import { generatedCrd } from '../yaml/generated-file.ts';
import { certManagerReferences } from './cert-manager-references.ts';
import { componentFiles } from './component-files.ts';
import { type Files, kustomizationOf, objectFile, objectFiles } from './files.ts';
import { kustomization } from './kustomization.ts';
import { overlayFiles } from './overlays.ts';
import { paths } from './paths.ts';
import { restrictedFiles } from './restricted.ts';
import { type Stage, stageBetween } from './stages.ts';

const namespace = defaultNamespace;

/** Everything below `deploy/crds` and `deploy/kustomize`. */
export function kustomizeFiles({ standard, full, converted }: Definitions = allDefinitions()): FileSet {
  const none = partsOf({ namespace, webhooks: false }, standard);
  const webhooks = partsOf({ namespace, webhooks: true }, converted);
  const selfManaged = partsOf({ namespace, webhooks: true, certificates: 'self-managed' }, converted);
  const injected = injectedDefinitions(converted, namespace);
  const certManager = partsOf({ namespace, webhooks: true, certificates: 'cert-manager' }, injected);
  return new Map([
    ...crdFiles(
      paths.crds('standard'),
      standard,
      'Small enough for a plain `kubectl apply`; the webhooks check all fields of Pods.',
    ),
    ...crdFiles(
      paths.crds('full'),
      full,
      'All fields of Pods, for `kubectl apply --server-side` and `kubectl explain`.',
    ),
    ...baseFiles(none.others),
    ...webhooksFiles(stageBetween(none.all, webhooks.all)),
    ...selfManagedFiles(stageBetween(webhooks.all, selfManaged.all)),
    ...certManagerFiles(stageBetween(webhooks.all, certManager.all)),
    ...restrictedFiles({ standard, converted, injected }),
    ...gatewayFiles(),
    ...namespaceFiles(),
    ...runtimeFiles(),
    ...overlayFiles(),
  ]);
}

/** The objects of an installation. Patches of definitions change no schema, so those of the standard bundle fit both. */
function partsOf(parts: Parts, definitions: readonly AnyObject[]): { others: AnyObject[]; all: AnyObject[] } {
  const others = installationObjects(parts);
  return { others, all: [...definitions, ...others] };
}

function crdFiles(folder: string, crds: readonly AnyObject[], about: string): Files {
  const fileOf = ({ metadata }: AnyObject) => `${metadata.name}.yaml`;
  return [
    ...kustomizationOf(folder, kustomization({ resources: crds.map(fileOf) }), about),
    ...crds.map((crd): Files[number] => [`${folder}/${fileOf(crd)}`, generatedCrd(crd)]),
  ];
}

function baseFiles(objects: readonly AnyObject[]): Files {
  return [
    ...kustomizationOf(
      paths.base,
      kustomization({ resources: objects.map(objectFile) }),
      'The operator without webhooks. The definitions (CRDs) come from ../../crds.',
    ),
    ...objectFiles(paths.base, objects),
  ];
}

function webhooksFiles(stage: Stage): Files {
  return componentFiles(
    paths.webhooks,
    stage,
    'Defaulting, validation and conversion. Needs one of the certificates components after it.',
  );
}

function selfManagedFiles(stage: Stage): Files {
  return componentFiles(
    paths.certificates('self-managed'),
    stage,
    'The operator issues and renews the certificate of its webhooks, and tells API servers to trust it.',
  );
}

function certManagerFiles(stage: Stage): Files {
  const { file, content } = certManagerReferences(stage, 'cert-manager-namespace');
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
