/** Serval's own group, for what KServe has no kind for. */
export const platformGroup = 'platform.serval.dev';

/** `kubectl get serval` lists all kinds of the group. */
export const platformCategories: readonly string[] = ['serval'];
