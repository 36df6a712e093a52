import { App } from "antd";
import { useCallback, useState } from "react";
import { useErrorText } from "./error_view";
import { asApiError } from "./load";

/** Runs what a button asks for: busy meanwhile, a failure as a notice with its remedy. True where it succeeded. */
export function useAction(): {
  busy: boolean;
  act: (work: () => Promise<unknown>, done?: string) => Promise<boolean>;
} {
  const { message, notification } = App.useApp();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async (work: () => Promise<unknown>, done?: string) => {
      setBusy(true);
      try {
        await work();
        if (done) void message.success(done);
        return true;
      } catch (error) {
        const { title, hint } = errorText(asApiError(error));
        notification.error({ message: title, description: hint, role: "alert" });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [message, notification, errorText],
  );
  return { busy, act };
}
