/** What the server takes as a user name, so that the form can say it before. Spaces around it are a slip of the keyboard. */
export const USERNAME_PATTERN = /^\s*[A-Za-z0-9._-]{3,50}\s*$/;
