import { Button, Result } from "antd";
import { Component, type ReactNode } from "react";
import { useText } from "../lang/language";

function Crashed() {
  const { common } = useText();
  return (
    <Result
      status="warning"
      title={common.crashed}
      subTitle={common.crashedHint}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {common.reload}
        </Button>
      }
    />
  );
}

/** A bug in one page, or a page that cannot be fetched after an upgrade, must not take the rest away. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}
