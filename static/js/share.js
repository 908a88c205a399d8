// In WeChat's browser: the card that is shown when this page is passed on. Without it the page is the same.
"use strict";
(async () => {
  const here = location.href.split("#")[0];
  const script = document.createElement("script");
  const loaded = new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  script.src = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
  document.head.append(script);
  const answer = await fetch("/wechat/jssdk?url=" + encodeURIComponent(here), { headers: { Accept: "application/json" } });
  await loaded;
  if (!answer.ok) return;
  wx.config({ ...(await answer.json()), jsApiList: ["updateAppMessageShareData", "updateTimelineShareData"] });
  wx.ready(() => {
    const card = {
      title: document.querySelector("h1").textContent.trim(),
      desc: document.querySelector("header small")?.textContent.trim() || "一码共治",
      link: here.split("?")[0],
      imgUrl: location.origin + "/static/img/share.png",
    };
    wx.updateAppMessageShareData(card);
    wx.updateTimelineShareData(card);
  });
})().catch(() => {});
