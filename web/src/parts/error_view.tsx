import { Alert, Button } from "antd";
import { useCallback } from "react";
import type { ApiError } from "../api/error";
import { useText } from "../lang/language";
import { Plain } from "./plain";

export type ShownError = Pick<ApiError, "code" | "message" | "hint"> & { status?: number };

export function useErrorText(): (error: ShownError) => { title: string; hint: string } {
  const text = useText();
  return useCallback(
    (error) => {
      if (error.code === "offline") return { title: text.common.offline, hint: text.common.offlineHint };
      return { title: error.message || text.common.failed(error.status ?? 0), hint: error.hint };
    },
    [text],
  );
}

/** What went wrong and what to do about it. */
export function ErrorView({ error, onRetry }: { error: ShownError; onRetry?: (() => void) | undefined }) {
  const text = useText();
  const { title, hint } = useErrorText()(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      message={<Plain text={title} />}
      description={hint && <Plain text={hint} lines />}
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {text.common.retry}
          </Button>
        )
      }
    />
  );
}
