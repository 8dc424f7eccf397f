/** The shelves of the shop. The API has no list of them; a test holds that these are the ones that the goods stand on. */
export const CATEGORIES = [
  'Kitchen & Dining',
  'Home Decor',
  'Lighting & Candles',
  'Christmas',
  'Party & Gift Wrap',
  'Bags & Purses',
  'Stationery & Cards',
  'Storage',
  'Toys & Games',
  'Hot Water Bottles & Warmers',
  'Jewellery & Accessories',
  'Crafts & Sewing',
  'Garden',
  'Bath & Wellbeing',
] as const;
