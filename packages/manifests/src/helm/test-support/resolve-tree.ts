import { type Context, evaluate, isTrue } from '../evaluate.ts';
import { Choice, Computed, Entries, isFields, isItems, type TemplateNode } from '../tree.ts';

/** What a tree means, found without any text. Undefined: left out. */
export function resolveTree(node: TemplateNode | undefined, context: Context): unknown {
  if (node instanceof Computed) return evaluate(node.expression, context);
  if (node instanceof Choice) {
    const chosen = node.branches.find(({ condition }) => !condition || isTrue(evaluate(condition, context)));
    return chosen && resolveTree(chosen.node, context);
  }
  if (isItems(node)) {
    return node
      .flatMap((item) =>
        item instanceof Entries ? (evaluate(item.of, context) as unknown[]) : [resolveTree(item, context)],
      )
      .filter((item) => item !== undefined);
  }
  if (!isFields(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .flatMap(([name, field]) =>
        field instanceof Entries
          ? Object.entries(evaluate(field.of, context) as object)
          : [[name, resolveTree(field, context)]],
      )
      .filter(([, field]) => field !== undefined),
  );
}
