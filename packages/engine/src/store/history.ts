/** How much of the log is history, in segments of revisions, so that it can be bounded by count and by size. */
export interface History {
  /** Adds a committed revision; revisions only go up. */
  add(revision: number, bytes: number): void;
  /** Up to where to forget now, at least one whole segment; `undefined` when nothing is too much. */
  excess(newest: number): number | undefined;
  /** Revisions up to here are forgotten. */
  forget(upTo: number): void;
}

export interface HistoryLimits {
  revisions: number;
  /** Of objects as JSON. The newest segment is kept whatever its size. */
  bytes: number;
  /** Revisions that are forgotten at a time. */
  segment: number;
}

interface Segment {
  first: number;
  last: number;
  bytes: number;
}

export function createHistory(limits: HistoryLimits): History {
  let segments: Segment[] = [];
  let bytes = 0;

  return {
    add(revision, size) {
      bytes += size;
      const open = segments.at(-1);
      // A segment ends early when it alone is a fair part of what may be kept.
      if (open && revision - open.first < limits.segment && open.bytes + size < limits.bytes / 16) {
        open.last = revision;
        open.bytes += size;
      } else segments.push({ first: revision, last: revision, bytes: size });
    },
    excess(newest) {
      const oldest = segments[0];
      if (!oldest || segments.length < 2) return undefined;
      return newest - oldest.last >= limits.revisions || bytes > limits.bytes ? oldest.last : undefined;
    },
    forget(upTo) {
      segments = segments.filter((segment) => {
        if (segment.last <= upTo) bytes -= segment.bytes;
        return segment.last > upTo;
      });
    },
  };
}
