// In WeChat's browser: the card that is shown when this page is passed on, and WeChat's own button to be told.
// Without it the page is the same.
"use strict";
(async () => {
  const here = location.href.split("#")[0];
  const tick = document.querySelector("wx-open-subscribe"), hint = document.querySelector("[data-no-button]");
  const script = document.createElement("script");
  const loaded = new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
  script.src = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
  document.head.append(script);
  const answer = await fetch("/wechat/jssdk?url=" + encodeURIComponent(here), { headers: { Accept: "application/json" } });
  await loaded;
  if (!answer.ok) return;
  const apis = ["updateAppMessageShareData", "updateTimelineShareData"];
  document.addEventListener("WeixinOpenTagsError", () => hint?.removeAttribute("hidden"));
  wx.config({ ...(await answer.json()), jsApiList: apis, openTagList: tick ? ["wx-open-subscribe"] : [] });
  wx.ready(() => {
    const card = {
      title: document.querySelector("h1").textContent.trim(),
      desc: document.querySelector("header small")?.textContent.trim() || "一码共治",
      link: here.split("?")[0],
      imgUrl: location.origin + "/static/img/share.png",
    };
    wx.updateAppMessageShareData(card);
    wx.updateTimelineShareData(card);
    hint?.setAttribute("hidden", "");
  });
  tick?.addEventListener("success", ({ detail }) => {
    if (JSON.stringify(detail).includes("accept")) tick.closest("form").submit();
  });
})().catch(() => {});
