import { Type } from 'typebox';
import { int32, quantity } from '../schema/fields.ts';

const rules = (direction: string, window: string) =>
  Type.Object(
    {
      stabilizationWindowSeconds: Type.Optional(
        int32({
          description: `Seconds of the past whose most cautious wish is followed, 0 to 3600. Default ${window}.`,
        }),
      ),
      selectPolicy: Type.Optional(
        Type.String({
          description: `Which policy wins: Max (the default), Min, or Disabled for never scaling ${direction}.`,
        }),
      ),
      policies: Type.Optional(
        Type.Array(
          Type.Object({
            type: Type.String({ description: 'Unit of value: Pods or Percent.' }),
            value: int32({ description: 'How many may be added or taken away in one period; above 0.' }),
            periodSeconds: int32({ description: 'Length of the period in seconds, 1 to 1800.' }),
          }),
          { 'x-kubernetes-list-type': 'atomic', description: 'How much may change in which time.' },
        ),
      ),
      tolerance: Type.Optional(
        quantity({
          description: 'How far the metric may be off before anything changes, as a share: 0.1 is the default.',
        }),
      ),
    },
    { description: `How fast Pods may be scaled ${direction}.` },
  );

/** How fast replicas may change, in every kind that makes a HorizontalPodAutoscaler. */
export const scalingBehaviorSchema = Type.Object(
  { scaleUp: Type.Optional(rules('up', '0')), scaleDown: Type.Optional(rules('down', '300')) },
  { description: 'Speed of scaling, as in a HorizontalPodAutoscaler.' },
);
