/** What the page of a frame is sent with. */

import type { PageData } from '../../model/types.ts';

export interface EmbedPage extends PageData {
  embed: {
    controls: 'none' | 'play' | 'all';
    /** Whether the reader cannot move it; the page around can. */
    locked: boolean;
    /** Sources of `frame-ancestors`. */
    ancestors: string[];
    /** In a widget, whose document has no address: the query of the moment to begin with. */
    query?: string;
  };
}
