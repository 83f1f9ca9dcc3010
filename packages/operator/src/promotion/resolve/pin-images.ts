import type { ComponentSpec, InferenceService } from '@serval/api';
import type { Container } from '@serval/kube/objects';
import { type ComponentKind, predictorContainer } from '../../names.ts';
import type { RunningImage } from './running-images.ts';

type Spec = InferenceService['spec'];

/** A specification with images written into it: of its own containers, and of the container that a runtime gives to a model. */
export function pinImages(spec: Spec, images: readonly RunningImage[]): Spec {
  const pinned = structuredClone(spec);
  for (const kind of ['predictor', 'transformer', 'explainer'] as const) {
    const component: ComponentSpec | undefined = pinned[kind];
    if (component) pinContainers(component, kind, images);
  }
  const image = imageOf(images, 'predictor', predictorContainer);
  if (pinned.predictor.model && image !== undefined) pinned.predictor.model.image = image;
  return pinned;
}

function pinContainers(component: ComponentSpec, kind: ComponentKind, images: readonly RunningImage[]): void {
  const own: Container[] = [...(component.containers ?? []), ...(component.initContainers ?? [])];
  for (const container of own) {
    const image = imageOf(images, kind, container.name);
    if (image !== undefined && container.image !== undefined) container.image = image;
  }
}

function imageOf(images: readonly RunningImage[], kind: ComponentKind, name: string): string | undefined {
  return images.find(({ component, container }) => component === kind && container === name)?.image;
}
