/** The words of what two people show each other: a screen, a window, a tab. */
import type { ShareFault, Surface } from '../../core/share.ts';

export const shareWords = {
  stopShort: 'Stop',
  thisTab: 'Share this tab',
  /** In parts, of which the second is emphasised. */
  theySee: (name: string, surface: Surface): [string, string, string] => {
    switch (surface) {
      case 'screen':
        return [`${name} can see `, 'your screen', ''];
      case 'window':
        return [`${name} can see `, 'a window', ''];
      case 'tab':
        return [`${name} can see `, 'a tab', ''];
    }
  },
  theyWillSee: (name: string): string => `On hold. ${name} can’t see it now.`,
  showing: (surface: Surface): string => {
    switch (surface) {
      case 'screen':
        return 'Showing you a screen';
      case 'window':
        return 'Showing you a window';
      case 'tab':
        return 'Showing you a tab';
    }
  },
  announce: (name: string, surface: Surface): string => {
    switch (surface) {
      case 'screen':
        return `${name} is showing you a screen`;
      case 'window':
        return `${name} is showing you a window`;
      case 'tab':
        return `${name} is showing you a tab`;
    }
  },
  announceEnd: (name: string): string => `${name} has stopped showing it`,
  picture: (name: string): string => `${name}’s screen. Plus and minus zoom, arrow keys move it, 0 fits it.`,
  zoom: 'Zoom',
  closer: 'Zoom in',
  away: 'Zoom out',
  fit: 'Fit',
  fill: 'Fill',
  percent: (scale: number): string => `${String(Math.round(scale * 100))} %`,
  /** What pressing does, where the button itself says how it is now. */
  fitIt: 'Fit the whole screen',
  fillIt: 'Fill the space',
  large: 'Open large',
  largeLong: 'Open large in a tab',
  largeTitle: (name: string): string => `${name}’s screen`,
  over: (name: string): string => `${name} isn’t showing anything now`,
  overHelp: 'It appears here as soon as there is something to see.',
  callOver: 'The call is over',
  waiting: 'One moment, the picture is coming.',
  fault: (fault: ShareFault): string => {
    switch (fault) {
      case 'forbidden':
        return 'Your computer doesn’t let the browser show your screen. Allow it in your computer’s settings, then try again.';
      case 'failed':
        return 'That can’t be shown just now. Try another window or screen.';
    }
  },
  ask: {
    title: 'Share this tab in one click',
    why: 'To pass on a tab’s picture and sound without asking you to pick it, Sidecall needs a permission that your browser words as “read and change all your data”; it is used for the tab you share, and for nothing else.',
    after: 'Once you’ve allowed it, click Sidecall’s icon and share the tab. You’re asked this once.',
    allow: 'Ask my browser',
    pick: 'Pick the tab myself',
  },
} as const;
