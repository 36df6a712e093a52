import type { Dictionary } from "../en";

export const signin: Dictionary["signin"] = {
  title: "登录",
  name: "用户名",
  password: "密码",
  submit: "登录",
  withOidc: "用单位账号登录",
  or: "或",
  forgotten: "忘记密码？请管理员重新设置。",
  setupTitle: "创建第一个账号",
  setupIntro: "这是一台新的服务器。现在创建的账号就是管理员。",
  token: "初始化口令",
  tokenHint: "cvp serve 启动时显示在终端里。",
  repeat: "再输一次密码",
  different: "两次输入的密码不一致。",
  passwordHint: (n) => `至少 ${n} 个字符。一句短话既好记，又难猜。`,
  create: "创建账号",
  needName: "请输入用户名。",
  needPassword: "请输入密码。",
  needToken: "请输入初始化口令。",
  tooShort: (n) => `至少 ${n} 个字符。`,
  points: ["每句话都与所引段落逐一核对。", "文档里没有答案时，cvp 会直说。", "数据不出这台机器。"],
};
