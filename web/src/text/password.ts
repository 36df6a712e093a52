/** As the server asks; it has the last word. */
export const kPasswordChars = 10;
