/** Which language the words are in. The browser chose the catalogue; dates and numbers follow it, in the region the person reads it in. */

/** The language of the catalogue, which names itself. */
export const language = chrome.i18n.getMessage('language');

/** The catalogue's language as this person reads it: "en-GB" in Britain. */
export const locale =
  navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ??
  (language === 'en' ? 'en-GB' : language);

/** Which way the language runs. */
export const direction: 'ltr' | 'rtl' = language === 'ar' ? 'rtl' : 'ltr';
