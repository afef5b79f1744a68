/** The four corners that this person's own picture can lie in. */

export interface Corner {
  vertical: 'top' | 'bottom';
  /** As it is seen, whatever the direction of writing: it is dragged there by hand. */
  side: 'left' | 'right';
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const middle = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });

/** @returns the corner of `stage` that the middle of `picture` is nearest to. */
export function nearestCorner(stage: Box, picture: Box): Corner {
  const [room, dropped] = [middle(stage), middle(picture)];
  return {
    vertical: dropped.y < room.y ? 'top' : 'bottom',
    side: dropped.x < room.x ? 'left' : 'right',
  };
}

/** @returns where an arrow key takes it, or null if the key is none. */
export function movedCorner(corner: Corner, key: string): Corner | null {
  switch (key) {
    case 'ArrowLeft':
      return { ...corner, side: 'left' };
    case 'ArrowRight':
      return { ...corner, side: 'right' };
    case 'ArrowUp':
      return { ...corner, vertical: 'top' };
    case 'ArrowDown':
      return { ...corner, vertical: 'bottom' };
    default:
      return null;
  }
}
