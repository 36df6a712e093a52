import {
  GlobalOutlined,
  LogoutOutlined,
  MoonOutlined,
  SunOutlined,
  SyncOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { Badge, Button, Dropdown, Popover, type MenuProps } from "antd";
import type { Language } from "../api/session";
import { useSpeech } from "../lang/language";
import { JobRow } from "../parts/job_row";
import { oneLine } from "../text/printable";
import { useLive } from "./jobs";
import { navigate } from "./router";
import { useApi, useSession } from "./session";
import { useLook, type Look } from "./theme";

export function LanguageButton() {
  const { language, setLanguage, text } = useSpeech();
  const { me, api } = useSession();
  const choose = (next: Language) => {
    setLanguage(next);
    // Kept with the account; if that fails the browser still remembers it.
    if (me) api.session.setLanguage(next).catch(() => undefined);
  };
  return (
    <Dropdown
      autoFocus
      trigger={["click"]}
      menu={{
        selectedKeys: [language],
        items: [
          { key: "zh", label: <span lang="zh-CN">中文</span> },
          { key: "en", label: <span lang="en">English</span> },
        ],
        onClick: ({ key }) => choose(key === "zh" ? "zh" : "en"),
      }}
    >
      <Button type="text" icon={<GlobalOutlined />} aria-label={text.common.language} aria-haspopup="menu" />
    </Dropdown>
  );
}

export function LookButton() {
  const { text } = useSpeech();
  const { look, dark, setLook } = useLook();
  const items: MenuProps["items"] = (["system", "light", "dark"] as const).map((key) => ({
    key,
    label: text.common.looks[key],
  }));
  return (
    <Dropdown
      autoFocus
      trigger={["click"]}
      menu={{ selectedKeys: [look], items, onClick: ({ key }) => setLook(key as Look) }}
    >
      <Button
        type="text"
        icon={dark ? <MoonOutlined /> : <SunOutlined />}
        aria-label={text.common.look}
        aria-haspopup="menu"
      />
    </Dropdown>
  );
}

export function JobsButton() {
  const { common } = useSpeech().text;
  const { jobs } = useLive();
  const running = jobs.filter((job) => job.state === "running");
  const shown = [...running, ...jobs.filter((job) => job.state !== "running")].slice(0, 8);
  if (shown.length === 0) return null;
  const label = running.length > 0 ? common.running(running.length) : common.noTasks;
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={label}
      content={
        <div className="jobs">
          {shown.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </div>
      }
    >
      <Badge count={running.length} size="small" offset={[-4, 6]}>
        <Button type="text" icon={<SyncOutlined spin={running.length > 0} />} aria-label={label} />
      </Badge>
    </Popover>
  );
}

export function AccountButton() {
  const { common } = useSpeech().text;
  const { me, leave } = useSession();
  const api = useApi();
  if (!me) return null;
  const signOut = async () => {
    await api.session.signOut().catch(() => undefined);
    leave();
  };
  const items: MenuProps["items"] = [
    { key: "account", icon: <UserOutlined />, label: common.account },
    { type: "divider" },
    { key: "out", icon: <LogoutOutlined />, label: common.signOut },
  ];
  return (
    <Dropdown
      autoFocus
      trigger={["click"]}
      menu={{ items, onClick: ({ key }) => (key === "out" ? void signOut() : navigate("/account")) }}
    >
      <Button
        type="text"
        icon={<UserOutlined />}
        aria-label={`${common.account}: ${me.user.name}`}
        aria-haspopup="menu"
      >
        <span className="account-name">{oneLine(me.user.name)}</span>
      </Button>
    </Dropdown>
  );
}
