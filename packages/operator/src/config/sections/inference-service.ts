import { image, matching, quantity, texts } from '../kinds.ts';
import { given, group, idle, open } from '../setting.ts';

/** What services get that do not say themselves, and what their children do not get. */
export const inferenceService = {
  resource: group(
    {
      cpuRequest: open(quantity, 'Processor time that a model server asks for.'),
      memoryRequest: open(quantity, 'Memory that it asks for.'),
      cpuLimit: open(quantity, 'Processor time that it may use.'),
      memoryLimit: open(quantity, 'Memory that it may use.'),
    },
    'Resources of model servers without their own. Written into services when they are admitted.',
  ),
  serviceAnnotationDisallowedList: given(
    texts,
    [
      'autoscaling.knative.dev/min-scale',
      'autoscaling.knative.dev/max-scale',
      'internal.serving.kserve.io/storage-initializer-sourceuri',
      'kubectl.kubernetes.io/last-applied-configuration',
      'modelFormat',
    ],
    'More annotations of a service that its children do not get.',
    { adds: true },
  ),
  serviceLabelDisallowedList: given(texts, [], 'Labels of a service that its children do not get.', { adds: true }),
};

export const explainers = {
  art: group(
    {
      image: given(image, 'kserve/art-explainer', 'Its image, without a tag.'),
      defaultImageVersion: given(
        matching('the tag of an image', /^[\w][\w.-]{0,127}$/),
        'latest',
        'Its tag, where an explainer has no `runtimeVersion`.',
      ),
    },
    "The explainer of IBM's Adversarial Robustness Toolbox.",
  ),
};

export const multiNode = {
  customGPUResourceTypeList: idle(
    'kinds of GPU are named by annotation `serving.kserve.io/gpu-resource-types` of a service',
  ),
};
