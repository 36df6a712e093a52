import { CopyOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useText } from "../../lang/language";
import { answerText, type Turn } from "./turn";

export function CopyAnswer({ turn }: { turn: Turn }) {
  const { common } = useText();
  const { message } = App.useApp();
  // Without TLS a browser gives no clipboard.
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(answerText(turn));
    void message.success(common.copied);
  };
  return (
    <Button
      type="text"
      size="small"
      icon={<CopyOutlined />}
      aria-label={common.copy}
      onClick={() => void copy()}
    />
  );
}
