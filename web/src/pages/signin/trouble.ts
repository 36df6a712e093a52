import { useEffect, useState } from "react";
import { navigate, useRoute } from "../../app/router";
import { useText } from "../../lang/language";

/** What a sign-in at the organisation came back with, if it failed. The address forgets it: it is over once it has been read. */
export function useTrouble(): string | null {
  const { signin } = useText();
  const { query } = useRoute();
  const [code] = useState(() => query.get("signin_error"));
  useEffect(() => {
    if (code !== null) navigate("/", "replace");
  }, [code]);
  if (code === null) return null;
  return Object.hasOwn(signin.trouble, code)
    ? signin.trouble[code as keyof typeof signin.trouble]
    : signin.trouble.failed;
}
