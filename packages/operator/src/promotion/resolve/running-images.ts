import type { Deployment, Pod } from '@serval/kube/objects';
import { parseImageReference } from '@serval/storage/registry-credentials';
import { appLabel, type ComponentKind, componentLabel } from '../../names.ts';

export interface RunningImage {
  readonly component: ComponentKind;
  readonly container: string;
  /** With the digest that runs; as it is written where no node tells one. */
  readonly image: string;
}

export type RunningImages =
  | { readonly state: 'known'; readonly images: readonly RunningImage[] }
  /** Pods of one template run different contents of one tag. */
  | { readonly state: 'mixed'; readonly message: string };

const kinds: readonly string[] = ['predictor', 'transformer', 'explainer'] satisfies ComponentKind[];

/** The images of a service, container by container, pinned to what its Pods run. */
export function runningImages(deployments: readonly Deployment[], pods: readonly Pod[]): RunningImages {
  const byApp = Map.groupBy(pods, ({ metadata }) => metadata.labels?.[appLabel] ?? '');
  const images: RunningImage[] = [];
  for (const { metadata, spec } of deployments.toSorted(byName)) {
    const component = metadata.labels?.[componentLabel] ?? '';
    if (!kinds.includes(component)) continue;
    const app = spec.template.metadata?.labels?.[appLabel] ?? '';
    for (const { name: container, image = '' } of [
      ...(spec.template.spec.initContainers ?? []),
      ...spec.template.spec.containers,
    ]) {
      const pinned = new Set((byApp.get(app) ?? []).flatMap((pod) => pinnedIn(pod, container, image)));
      if (pinned.size > 1) {
        const message = `Pods of ${metadata.name} run different contents of image ${image}: ${[...pinned].sort().join(', ')}`;
        return { state: 'mixed', message };
      }
      const [only = image] = pinned;
      images.push({ component: component as ComponentKind, container, image: only });
    }
  }
  return { state: 'known', images };
}

/**
 * The image with the digest that a node tells of it (`imageID`): a reference with a digest, maybe behind a scheme. An `imageID` of another
 * repository tells nothing, as the same content need not be there under the same digest; nor does a bare digest, which is that of the
 * image's configuration.
 */
export function pinnedImage(image: string, imageId: string): string | undefined {
  const [told, written] = [parseImageReference(imageId.replace(/^[a-z-]+:\/\//, '')), parseImageReference(image)];
  if (!told?.digest || !written) return undefined;
  if (told.registry !== written.registry || told.repository !== written.repository) return undefined;
  const [name = ''] = image.split('@');
  return `${name.replace(/:[^/:]*$/, '')}@${told.digest}`;
}

function pinnedIn({ metadata, status }: Pod, container: string, image: string): string[] {
  if (metadata.deletionTimestamp) return [];
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const found = statuses.find(({ name }) => name === container);
  const pinned = found && pinnedImage(image, found.imageID ?? '');
  return pinned ? [pinned] : [];
}

function byName(a: Deployment, b: Deployment): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
